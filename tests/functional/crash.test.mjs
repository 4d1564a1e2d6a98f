// kill -9 under load: every message that was answered 201 is there afterwards and reaches its final state.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { eventually, postmasterPid, removeFolder, request, startDev, temporaryFolder } from './herald.mjs';

// Pauses are short, so that what a dead worker held comes back while the test waits.
const env = {
  HERALD_DELIVERY_UNCERTAIN_AFTER_SECONDS: '1',
  HERALD_DELIVERY_LOOK_UP_AFTER_SECONDS: '2',
  HERALD_DELIVERY_RETRY_SECONDS: '1',
};
const senders = 16;

// Leases are longer than any hand-over takes; here their holders are dead, so nobody has to wait for the end.
function endLeases(ready) {
  execFileSync('psql', [ready.database_url, '-qc', 'UPDATE queue_leases SET lease_until = now()']);
}

// Sends until told to stop; gives the ids that were answered 201.
function startLoad(ready) {
  const load = { accepted: [], running: true };
  const send = async (number) => {
    while (load.running) {
      const channel = number % 2 ? 'sms' : 'email';
      const to = number % 2 ? { phone_number: '+12025550123' } : { email_address: 'ada@example.gov' };
      try {
        const answer = await request(ready.base_url, 'POST', `/v2/notifications/${channel}`, {
          key: ready.keys.normal,
          body: { ...to, template_id: ready.templates[channel], personalisation: { name: 'Ada' } },
        });
        if (answer.status === 201) load.accepted.push(answer.body.id);
        else assert.equal(answer.status, 503, JSON.stringify(answer.body));
      } catch (failure) {
        // The connection broke: no answer, no promise.
        if (failure.code === 'ERR_ASSERTION') throw failure;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  load.ended = Promise.all(Array.from({ length: senders }, (_, number) => send(number)));
  load.stop = () => {
    load.running = false;
    return load.ended;
  };
  return load;
}

async function checkAll(ready, ids) {
  const open = new Set(ids);
  await eventually(
    `all of ${ids.length} accepted messages are delivered`,
    async () => {
      for (const id of [...open].slice(0, 400)) {
        const answer = await request(ready.base_url, 'GET', `/v2/notifications/${id}`, { key: ready.keys.normal });
        if (answer.status === 503) return false; // a connection that has not found the database again
        assert.equal(answer.status, 200, `${id} was accepted and is gone`);
        if (answer.body.status === 'delivered') open.delete(id);
        else assert.ok(['created', 'sending'].includes(answer.body.status), `${id} is ${answer.body.status}`);
      }
      return open.size === 0;
    },
    { within: 120_000 },
  );
}

const accepted = (load, count) => eventually(`${count} messages are accepted`, () => load.accepted.length >= count);

test('kill -9 of the whole process and its PostgreSQL, twice', async () => {
  const folder = temporaryFolder();
  try {
    const ids = [];
    for (let round = 0; round < 2; round += 1) {
      const dev = await startDev({ folder, env });
      const load = startLoad(dev.ready);
      await accepted(load, 300);
      const database = postmasterPid(folder);
      await dev.kill();
      try {
        process.kill(database, 'SIGKILL');
      } catch {
        // It ended with its parent.
      }
      await load.stop();
      ids.push(...load.accepted);
    }
    const dev = await startDev({ folder, env });
    endLeases(dev.ready);
    await checkAll(dev.ready, ids);
    await dev.stop();
  } finally {
    removeFolder(folder);
  }
});

test('kill -9 of PostgreSQL alone: refused with 503 meanwhile, then it goes on by itself', async () => {
  const folder = temporaryFolder();
  try {
    const dev = await startDev({ folder, env });
    const load = startLoad(dev.ready);
    await accepted(load, 300);
    const before = postmasterPid(folder);
    process.kill(before, 'SIGKILL');
    await eventually('PostgreSQL runs again', () => {
      try {
        return postmasterPid(folder) !== before;
      } catch {
        return false;
      }
    });
    const sofar = load.accepted.length;
    await accepted(load, sofar + 300);
    await load.stop();
    endLeases(dev.ready);
    await checkAll(dev.ready, load.accepted);
    assert.deepEqual(await dev.stop(), { code: 0, signal: null });
  } finally {
    removeFolder(folder);
  }
});
