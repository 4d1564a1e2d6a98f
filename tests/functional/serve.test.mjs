// `herald serve`: several processes share one PostgreSQL, its limits hold over all of them, and SIGTERM drains.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Server, eventually, herald, removeFolder, request, startDev } from './herald.mjs';

let dev;
let env;
let started = 0;

before(async () => {
  dev = await startDev();
  const facts = JSON.parse(readFileSync(join(dev.folder, 'data', 'herald.json'), 'utf8'));
  env = {
    HERALD_DATABASE_URL: facts.database_url,
    HERALD_SECURITY_KEYS: facts.keys,
    HERALD_SECURITY_INTERNAL_SECRET: facts.internal_secret,
    HERALD_PROVIDERS_EMAIL: 'capture',
    HERALD_PROVIDERS_SMS: 'capture',
  };
});

after(async () => {
  await dev?.stop();
  if (dev) removeFolder(dev.folder);
});

async function serve(roles, flags = []) {
  const folder = join(dev.folder, `serve-${(started += 1)}`);
  mkdirSync(folder);
  const server = new Server(['serve', '--roles', roles, '--port', '0', ...flags], { env, folder });
  const port = await eventually('it listens', () => {
    if (server.exit !== null) throw new Error(`herald serve ended: ${server.log()}`);
    const line = server.log().split('\n').find((text) => text.includes('"listening"'));
    return line && JSON.parse(line).port;
  });
  server.base = `http://127.0.0.1:${port}`;
  return server;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const sms = (base, key, template, extra = {}) =>
  request(base, 'POST', '/v2/notifications/sms', {
    key,
    body: { phone_number: '+12025550123', template_id: template, personalisation: { name: 'Ada' } },
    ...extra,
  });

async function change(service, ...flags) {
  const changed = await herald(['service', 'change', service, ...flags], { env });
  assert.equal(changed.code, 0, changed.stderr);
}

test('an api process accepts, a worker of another process delivers', async () => {
  const api = await serve('api');
  const sent = await sms(api.base, dev.ready.keys.normal, dev.ready.templates.sms);
  assert.equal(sent.status, 201);
  await eventually('delivered', async () => {
    const read = await request(api.base, 'GET', `/v2/notifications/${sent.body.id}`, { key: dev.ready.keys.normal });
    return read.body.status === 'delivered';
  });
  assert.deepEqual(await api.stop(), { code: 0, signal: null });
});

test('the daily limit is exact over two processes', async () => {
  const { service_id: service, keys, templates } = dev.ready.other;
  const limit = 137;
  await change(service, '--message-limit', String(limit));
  const [one, two] = [await serve('api'), await serve('api')];
  const answers = await Promise.all(
    Array.from({ length: 2 * limit }, (_, i) => sms(i % 2 ? one.base : two.base, keys.normal, templates.sms)),
  );
  const accepted = answers.filter((answer) => answer.status === 201).length;
  assert.equal(accepted, limit);
  for (const answer of answers.filter((each) => each.status !== 201)) {
    assert.equal(answer.status, 429);
    assert.deepEqual(answer.body.errors, [
      { error: 'TooManyRequestsError', message: `Exceeded send limits (${limit}) for today` },
    ]);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  }
  await change(service, '--message-limit', '1000000');
  await Promise.all([one.stop(), two.stop()]);
});

test('an Idempotency-Key is exact over two processes', async () => {
  const { keys, templates } = dev.ready;
  const [one, two] = [await serve('api'), await serve('api')];
  for (let round = 0; round < 10; round += 1) {
    const headers = { 'Idempotency-Key': `round-${round}` };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => sms(i % 2 ? one.base : two.base, keys.normal, templates.sms, { headers })),
    );
    const ids = new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.body.id));
    assert.equal(ids.size, 1);
    assert.ok(answers.every((answer) => [201, 409].includes(answer.status)));
    const again = await sms(one.base, keys.normal, templates.sms, { headers });
    assert.equal(again.body.id, [...ids][0]);
  }
  const other = await request(two.base, 'POST', '/v2/notifications/sms', {
    key: keys.normal,
    headers: { 'Idempotency-Key': 'round-0' },
    body: { phone_number: '+12025550124', template_id: templates.sms, personalisation: { name: 'Ada' } },
  });
  assert.equal(other.status, 422);
  await Promise.all([one.stop(), two.stop()]);
});

test('SIGTERM under load: what was accepted stays accepted, nothing is cut off, and it ends with 0', async () => {
  const api = await serve('api,worker');
  const { keys, templates } = dev.ready;
  const results = { accepted: [], broken: 0 };
  let running = true;
  const senders = Array.from({ length: 8 }, async () => {
    while (running) {
      try {
        const answer = await sms(api.base, keys.normal, templates.sms);
        if (answer.status === 201) results.accepted.push(answer.body.id);
      } catch (failure) {
        // Refused connections are what a stopped listener looks like; a request that was under way must have been answered.
        if (failure.cause?.code !== 'ECONNREFUSED') results.broken += 1;
        else return;
      }
    }
  });
  await eventually('it is under load', () => results.accepted.length > 200);
  const exit = await api.stop();
  running = false;
  await Promise.all(senders);
  assert.deepEqual(exit, { code: 0, signal: null });
  for (const id of results.accepted) {
    await eventually('each accepted message is delivered', async () => {
      const read = await request(dev.ready.base_url, 'GET', `/v2/notifications/${id}`, { key: keys.normal });
      assert.equal(read.status, 200);
      return read.body.status === 'delivered';
    });
  }
});

test('a worker alone tells its health and its figures on the monitoring port', async () => {
  const folder = join(dev.folder, 'monitored');
  mkdirSync(folder);
  let worker;
  let base;
  const health = await eventually('it answers', async () => {
    // Somebody else may take the port between the look and the start.
    if (!worker || worker.exit !== null) {
      const port = await freePort();
      base = `http://127.0.0.1:${port}`;
      worker = new Server(['serve', '--roles', 'worker', '--set', `monitoring.port=${port}`], { env, folder });
    }
    return request(base, 'GET', '/_status').catch(() => null);
  });
  assert.equal(health.status, 200);
  assert.equal(health.body.database, 'ok');
  assert.match(await (await fetch(`${base}/metrics`)).text(), /^herald_delivery_in_flight\{/m);
  assert.equal((await request(base, 'POST', '/_status')).status, 405);
  assert.equal((await request(base, 'GET', '/v2/notifications')).status, 404);
  assert.deepEqual(await worker.stop(), { code: 0, signal: null });
});

test('a process that lingers says that it stops, and takes requests until it does', async () => {
  const api = await serve('api', ['--set', 'shutdown.linger_seconds=2']);
  const ended = api.stop();
  await eventually('it is not ready', async () => (await request(api.base, 'GET', '/_status')).status === 503);
  const sent = await sms(api.base, dev.ready.keys.normal, dev.ready.templates.sms);
  assert.equal(sent.status, 201);
  assert.deepEqual(await ended, { code: 0, signal: null });
});

test('a wrong value stops the start with the key, the value and what is allowed', async () => {
  const refused = await herald(['serve', '--roles', 'api'], { env: { ...env, HERALD_HTTP_PORT: '70000' } });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /http\.port/);
  assert.match(refused.stderr, /70000/);
  assert.match(refused.stderr, /65535/);
  const roles = await herald(['serve', '--roles', 'api,wroker'], { env });
  assert.equal(roles.code, 1);
  assert.match(roles.stderr, /wroker/);
});

test('a provider that sends nothing is used only by who asked for it', async () => {
  const refused = await herald(['serve'], { env: { ...env, HERALD_PROVIDERS_EMAIL: '' } });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /providers\.email is not set; set it to "ses" or "smtp"/);
});

test('a database password is in no error', async () => {
  const urls = ['postgresql://u:s3cr/et@host/db', 'postgresql://s3cr.invalid/db'];
  for (const url of urls) {
    const refused = await herald(['serve', '--roles', 'api'], { env: { ...env, HERALD_DATABASE_URL: url } });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /database\.url/);
    assert.doesNotMatch(refused.stderr, /s3cr/);
  }
});

test('an empty database is refused with what to do', async () => {
  const url = env.HERALD_DATABASE_URL.replace('/herald?', '/postgres?');
  const refused = await herald(['serve', '--roles', 'api'], { env: { ...env, HERALD_DATABASE_URL: url } });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /herald migrate/);
});
