// Connections between Herald and PostgreSQL that break, freeze or cannot be had.
import assert from 'node:assert/strict';
import { eventually } from '../herald.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// So many connections break at this step, of whoever comes there: api, worker or scheduler.
const breaking =
  (step) =>
  async (site, ledger, { breaks }) => {
    await ledger.progress();
    await ledger.fault(async () => {
      const before = site.proxy.broken;
      site.proxy.break(step, breaks);
      await eventually(`${breaks} connections have broken ${step}`, () => site.proxy.broken === before + breaks);
      // In flight until the deadline of the slowest has passed: nobody tells Herald that this one is dead.
      if (step === 'half_open') await ledger.recovered();
    });
  };

// Nothing passes for longer than a request may take.
async function frozen(site, ledger, { frozenSeconds }) {
  await ledger.progress();
  await ledger.fault(async () => {
    const promised = ledger.acked.size;
    site.proxy.freeze();
    // What had passed already may still be answered.
    await pause(1000);
    const since = ledger.acked.size;
    assert.ok(since - promised <= 100, `${since - promised} were accepted although nothing passes`);
    await pause((frozenSeconds - 1) * 1000);
    assert.equal(ledger.acked.size, since, 'something was accepted although nothing passes');
    site.proxy.thaw();
  });
}

// Others have taken every connection, and Herald's have ended.
async function exhausted(site, ledger, { exhaustedSeconds }) {
  await ledger.progress();
  await ledger.fault(async () => {
    const hogs = [];
    const refusedBefore = ledger.refused[503] ?? 0;
    const until = Date.now() + exhaustedSeconds * 1000;
    try {
      while (Date.now() < until) {
        const hog = await site.postgres.occupy();
        if (hog) hogs.push(hog);
        // None left: Herald's own go, and whoever comes first has the place.
        else await endOthers(site, hogs);
      }
      assert.equal(hogs.length, kConnections, 'all connections are taken');
      assert.ok((ledger.refused[503] ?? 0) > refusedBefore, 'Herald had connections all the time');
    } finally {
      for (const hog of hogs) hog.destroy();
    }
  });
}

const kConnections = 40;

async function endOthers(site, hogs) {
  const ours = new Set(hogs.map((hog) => hog.localPort));
  const others = (await site.postgres.backends()).filter(({ port }) => !ours.has(port));
  for (const { pid } of others) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  }
  if (others.length === 0) await pause(20);
}

const step = (name) => ({ site: { proxied: true }, run: breaking(name) });

export const connectionCells = {
  cut_before_query: step('before_query'),
  cut_within_query: step('within_query'),
  cut_after_commit: step('after_commit'),
  cut_within_answer: step('within_answer'),
  half_open: step('half_open'),
  frozen: { site: { proxied: true }, run: frozen },
  exhausted: { site: { postgres: { settings: { max_connections: kConnections } } }, run: exhausted },
};
