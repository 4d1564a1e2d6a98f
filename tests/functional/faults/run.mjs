// Runs cells of the fault matrix and prints one line of JSON for each; see script/faults.
import { cells } from './cells.mjs';

const [names, kills] = [process.argv[2], process.argv[3]];
let failed = 0;
for (const name of names.split(',')) {
  const begun = Date.now();
  try {
    const figures = await cells[name](kills ? { kills: Number(kills) } : {});
    console.log(JSON.stringify({ cell: name, ok: true, seconds: (Date.now() - begun) / 1000, ...figures }));
  } catch (failure) {
    failed += 1;
    console.log(JSON.stringify({ cell: name, ok: false, seconds: (Date.now() - begun) / 1000, why: failure.message }));
    if (process.env.DEBUG) console.log(failure.stack);
  }
}
process.exitCode = failed ? 1 : 0;
