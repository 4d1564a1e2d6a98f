// The acked ledger notices what must not be: each kind of damage is done to an installation that works, and named.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Ledger } from './faults/ledger.mjs';
import { Site } from './faults/site.mjs';

let site;
let ledger;

before(async () => {
  site = await Site.make();
  ledger = new Ledger(site);
  ledger.start();
  await ledger.progress(60);
  await ledger.stop();
  await ledger.settle();
});

after(() => site?.close());

const handedOver = (index) => [...site.sink.taken.keys()][index];
const row = (id) => `WHERE service_id = '${site.service}' AND id = '${id}'`;

// What `damage` did is undone by what it gives.
async function notices(words, damage) {
  const undo = await damage();
  await assert.rejects(ledger.check(), (failure) => words.test(failure.message));
  await undo();
}

test('nothing is wrong with an installation that nothing happened to', async () => {
  const figures = await ledger.check();
  assert.ok(figures.acked >= 60 && figures.handedOver >= 40, JSON.stringify(figures));
  assert.equal(figures.duplicates, 0);
  assert.equal(figures.unacked, 0);
});

test('a promise without a message is lost', () =>
  notices(/^lost/, () => {
    const id = randomUUID();
    ledger.acked.set(id, Date.now());
    return () => ledger.acked.delete(id);
  }));

test('a message that never ends', () =>
  notices(/^unfinished/, async () => {
    await site.postgres.query(`UPDATE notifications SET status = 2 ${row(handedOver(0))}`);
    return () => site.postgres.query(`UPDATE notifications SET status = 4 ${row(handedOver(0))}`);
  }));

test('a message that ends twice', () =>
  notices(/^moreThanOneEnd/, async () => {
    const values = `now(), '${site.service}', '${handedOver(0)}', 3, 4, 77`;
    await site.postgres.query(`INSERT INTO notification_events (at, service_id, notification_id, kind, status, attempt) VALUES (${values})`);
    return () => site.postgres.query('DELETE FROM notification_events WHERE attempt = 77');
  }));

test('a second copy that Herald knows nothing of', () =>
  notices(/^unexplainedDuplicates/, () => {
    site.sink.take(handedOver(0));
    return () => site.sink.taken.get(handedOver(0)).pop();
  }));

test('a message that is said to be sent and was not', () =>
  notices(/^saidSentButNot/, () => {
    const [id, times] = [handedOver(0), site.sink.taken.get(handedOver(0))];
    site.sink.taken.delete(id);
    return () => site.sink.taken.set(id, times);
  }));

test('a message that nobody accepted', () =>
  notices(/^strangers/, () => {
    const id = randomUUID();
    site.sink.take(id);
    return () => site.sink.taken.delete(id);
  }));

test('counts that differ from the messages', () =>
  notices(/^ledgerDifferences/, async () => {
    await site.postgres.query(`UPDATE notifications SET status = 5 ${row(handedOver(1))}`);
    return () => site.postgres.query(`UPDATE notifications SET status = 4 ${row(handedOver(1))}`);
  }));

test('a queue that holds something still', () =>
  notices(/^the queue is not empty/, async () => {
    const values = `now() + interval '1 hour', '${site.service}', '${handedOver(0)}', 2, 1, 2, false`;
    await site.postgres.query(`INSERT INTO queue_retries (run_at, service_id, notification_id, lane, channel, attempt, uncertain) VALUES (${values})`);
    return () => site.postgres.query('DELETE FROM queue_retries');
  }));
