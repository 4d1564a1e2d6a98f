// An SMTP server that fails in each of the ways there are; text messages are failed by the capture script all the time (site.mjs).
import assert from 'node:assert/strict';
import { eventually } from '../herald.mjs';

// The first offers of every `every`th message are treated so, until `count` were; everything else is taken.
const misbehaving =
  (how, { every = 4, offers = 1 } = {}) =>
  async (site, ledger, { offences }) => {
    await ledger.progress();
    const chosen = new Set();
    const passed = new Set();
    let done = 0;
    await ledger.fault(async () => {
      site.sink.behave((id, before) => {
        if (before === 0 && chosen.size < offences && passed.size % every === 0) chosen.add(id);
        passed.add(id);
        if (!chosen.has(id) || before >= offers) return 20;
        done += 1;
        return how;
      });
      await eventually(`${offences} messages were met with "${how}"`, () => done >= offences);
      // Until each has come to its end, and not to the end of the window only: their doubts are settled by retries.
      const ends = how === 'silent' ? 90_000 : 60_000;
      await eventually('they have ended', async () => (await unfinished(site, chosen)) === 0, { within: ends });
    });
    site.sink.behave();
    return chosen;
  };

async function unfinished(site, ids) {
  const list = [...ids].map((id) => `'${id}'`).join(', ');
  const [[count]] = await site.postgres.query(`SELECT count(*) FROM notifications WHERE id IN (${list}) AND status IN (1, 2, 3)`);
  return Number(count);
}

async function refused(site, ledger, options) {
  const chosen = await misbehaving('refuse')(site, ledger, options);
  for (const id of chosen) assert.ok(!site.sink.taken.has(id), `${id} was refused and is sent`);
}

async function countRepeated(site) {
  return Number(/^herald_delivery_repeated_total (\d+)/m.exec(await site.metrics('worker'))[1]);
}

// Whoever is asked again because its answer was lost is sent twice, and nobody else; and whoever watches the figures knows how many that may be.
async function answersLost(site, ledger, options, how = 'lose') {
  const before = await countRepeated(site);
  const chosen = await misbehaving(how)(site, ledger, options);
  for (const id of chosen) assert.equal(site.sink.taken.get(id).length, 2, `${id} was offered again`);
  const repeated = (await countRepeated(site)) - before;
  assert.ok(repeated >= chosen.size, `${chosen.size} were sent again, and the figure says ${repeated}`);
}

async function away(site, ledger, { awaySeconds }) {
  await ledger.progress();
  await ledger.fault(async () => {
    await site.sink.away();
    const promised = ledger.acked.size;
    const until = Date.now() + awaySeconds * 1000;
    await eventually('messages are accepted meanwhile', () => Date.now() > until && ledger.acked.size > promised);
    await site.sink.back();
  });
}

export const providerCells = {
  smtp_refuses: { run: refused },
  smtp_defers: { run: misbehaving('defer', { offers: 2 }) },
  smtp_cuts: { run: misbehaving('cut') },
  smtp_loses_answers: { run: answersLost },
  smtp_is_silent: { run: (site, ledger, options) => answersLost(site, ledger, { ...options, offences: 4 }, 'silent') },
  smtp_is_slow: { run: misbehaving(1000) },
  smtp_is_away: { run: away },
};
