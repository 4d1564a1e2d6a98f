// Runs cells of the fault matrix and prints one line of JSON for each; see script/faults.
import { cells, runCells } from './cells.mjs';
import { killDuringJob } from './job.mjs';

// So many kills hit one installation before its ledger is checked and the next one is made.
const kKillsOfARound = 50;
const kRowsOfAJob = 50_000;

function readArguments(words) {
  const options = {};
  for (let i = 0; i < words.length; i += 2) options[words[i]] = words[i + 1];
  return { kills: Number(options['--kills'] ?? 0), jobKills: Number(options['--job-kills'] ?? 0), names: options['--cells']?.split(',') };
}

function rounds({ kills, jobKills, names }) {
  if (jobKills > 0) return [{ name: 'job', options: { kills: jobKills, rows: kRowsOfAJob } }];
  const killed = [];
  for (let left = kills; left > 0; left -= kKillsOfARound) killed.push({ name: 'kill_all', options: { kills: Math.min(left, kKillsOfARound) } });
  if (killed.length > 0 && !names) return killed;
  return [...killed, ...(names ?? Object.keys(cells)).map((name) => ({ name, options: {} }))];
}

async function run({ name, options }) {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  try {
    const figures = name === 'job' ? await killDuringJob(options) : await runCells([name], options);
    console.log(JSON.stringify({ cell: name, ok: true, seconds: seconds(), ...figures }));
    return true;
  } catch (failure) {
    console.log(JSON.stringify({ cell: name, ok: false, seconds: seconds(), why: failure.message }));
    return false;
  }
}

if (process.argv[2] === '--list') {
  console.log(Object.keys(cells).join('\n'));
} else {
  const wanted = rounds(readArguments(process.argv.slice(2)));
  const unknown = wanted.find(({ name }) => name !== 'job' && !cells[name]);
  if (unknown) throw new Error(`there is no cell ${unknown.name}; there are: ${Object.keys(cells).join(', ')}`);
  let failed = 0;
  for (const each of wanted) failed += (await run(each)) ? 0 : 1;
  process.exitCode = failed ? 1 : 0;
}
