// Runs cells of the fault matrix and prints one line of JSON for each; see script/faults.
import { runCells } from './cells.mjs';

const [names, kills] = [process.argv[2], process.argv[3]];
let failed = 0;
for (const name of names.split(',')) {
  const begun = Date.now();
  try {
    const figures = await runCells([name], kills ? { kills: Number(kills) } : {});
    console.log(JSON.stringify({ cell: name, ok: true, seconds: (Date.now() - begun) / 1000, ...figures }));
  } catch (failure) {
    failed += 1;
    console.log(JSON.stringify({ cell: name, ok: false, seconds: (Date.now() - begun) / 1000, why: failure.message }));
  }
}
process.exitCode = failed ? 1 : 0;
