// The machine itself: its disk is full, its clocks jump. Needs what a container may lack: the right to mount, and libfaketime.
import assert from 'node:assert/strict';
import { eventually } from '../herald.mjs';
import { fill, setClock } from './machine.mjs';

// Until somebody has noticed, and some time longer. No process of Herald's may end for it; PostgreSQL ends when it cannot write its WAL.
async function diskFull(site, ledger, { fullSeconds }) {
  await ledger.progress();
  await ledger.fault(async () => {
    const before = ledger.refused[503] ?? 0;
    const free = fill(site.disk);
    try {
      await eventually('messages are refused', () => (ledger.refused[503] ?? 0) > before);
      await new Promise((resolve) => setTimeout(resolve, fullSeconds * 1000));
    } finally {
      free();
    }
    for (const [role, server] of Object.entries(site.servers)) assert.equal(server.exit, null, `the ${role} has ended`);
    await site.postgres.start();
  });
}

// Backwards by less than the test waits: what was put off by a clock that is ahead comes by that much later. The api's by what a token may be off.
const kSteps = [
  ['api', 20],
  ['worker', 3600],
  ['scheduler', 86_400],
  ['api', -20],
  ['worker', 3580],
  ['scheduler', 0],
];

async function clockSteps(site, ledger) {
  for (const [role, offset] of kSteps) {
    await ledger.progress();
    setClock(site.clocks[role], offset);
    await eventually(`the clock of the ${role} is off by ${offset} s`, async () => Math.abs((await site.clockOffset(role)) - offset) < 5);
    await ledger.progress(50);
  }
}

export const machineCells = {
  disk_full: { site: { disk: { holds: 'data', megabytes: 120 } }, run: diskFull },
  disk_of_wal_full: { site: { disk: { holds: 'wal', megabytes: 80 } }, run: diskFull },
  clock_steps: { site: { clocks: true }, run: clockSteps },
};
