// Services are called back: signed as docs/operating.md says, by its own snippets; the log, a failing endpoint, what the command line says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { eventually, herald, removeFolder, request, startDev } from './herald.mjs';

let dev;
let receiver;
let url;
const calls = [];
let status = 200;

const handbook = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');

function snippet(language) {
  const found = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(handbook);
  assert.ok(found, `docs/operating.md has a snippet in ${language}`);
  return found[1];
}

before(async () => {
  receiver = createServer((asked, answer) => {
    const parts = [];
    asked.on('data', (part) => parts.push(part));
    asked.on('end', () => {
      const body = Buffer.concat(parts);
      calls.push({ headers: asked.headers, body, json: JSON.parse(body), path: asked.url });
      answer.writeHead(status).end('not read by anybody');
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${receiver.address().port}/receipts`;
  dev = await startDev();
});

after(async () => {
  await dev?.stop();
  receiver.close();
  receiver.closeAllConnections();
  if (dev) removeFolder(dev.folder);
});

async function ask(noun, ...words) {
  const answer = await herald([noun, ...words, '--data', join(dev.folder, 'data'), '--json']);
  assert.equal(answer.code, 0, answer.stderr);
  return JSON.parse(answer.stdout);
}

const setCallback = (...more) =>
  ask('service', 'callback', dev.ready.service_id, '--url', url, '--bearer-token', 'a-long-enough-token', ...more);

async function send() {
  const sent = await request(dev.ready.base_url, 'POST', '/v2/notifications/sms', {
    key: dev.ready.keys.normal,
    body: { template_id: dev.ready.templates.sms, phone_number: '+12025550123', personalisation: { name: 'Ada' } },
  });
  assert.equal(sent.status, 201);
  return sent.body.id;
}

const callAbout = (id) => eventually(`${id} is told`, () => calls.find((call) => call.json.id === id));
const logOf = (id) => ask('callback', 'log', '--service', dev.ready.service_id, '--notification', id);

test('a call is verified by the snippets of the handbook', async () => {
  const { signing_secret: secret } = await setCallback();
  assert.match(secret, /^herald_whsec_[0-9a-f]{64}$/);
  const { headers, body } = await callAbout(await send());
  assert.equal(headers.authorization, 'Bearer a-long-enough-token');
  const header = headers['herald-signature'];

  const nodeFile = join(dev.folder, 'verify.mjs');
  writeFileSync(nodeFile, snippet('js'));
  const { verify } = await import(pathToFileURL(nodeFile));
  assert.equal(verify(secret, header, body), true);

  writeFileSync(join(dev.folder, 'verify.py'), snippet('python'));
  const program =
    'import sys, time, verify; secret, header, late = sys.argv[1:]; ' +
    'print(verify.verify(secret, header, sys.stdin.buffer.read(), time.time() + float(late)))';
  const python = (s, h, b, late) =>
    execFileSync('python3', ['-c', program, s, h, String(late)], { cwd: dev.folder, input: b, encoding: 'utf8' }).trim();
  assert.equal(python(secret, header, body, 0), 'True');

  const changed = Buffer.from(String(body).replace('+1', '+2'));
  const wrong = secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  for (const [s, h, b, late] of [
    [wrong, header, body, 0],
    [secret, header, changed, 0],
    [secret, header.replace(/t=\d/, 't=2'), body, 0],
    [secret, undefined, body, 0],
    [secret, 'v1=abc', body, 0],
    [secret, header, body, 301],
  ]) {
    assert.equal(verify(s, h, b, Date.now() / 1000 + late), false);
    assert.equal(python(s, h ?? '', b, late), 'False');
  }
});

test('every call is in the log, without anything personal', async () => {
  const id = await send();
  await callAbout(id);
  const [attempt] = await eventually('it is logged', async () => (await logOf(id)).length > 0 && logOf(id));
  assert.deepEqual(
    { ...attempt, at: typeof attempt.at, milliseconds: typeof attempt.milliseconds },
    {
      at: 'string',
      type: 'delivery_status',
      subject_id: id,
      notification_id: id,
      attempt: 1,
      outcome: 'delivered',
      status: 200,
      milliseconds: 'number',
      detail: 'status 200',
    },
  );
});

test('an endpoint that fails is shown, and its message waits for the next try', async () => {
  status = 503;
  const id = await send();
  await callAbout(id);
  const [attempt] = await eventually('it is logged', async () => (await logOf(id)).length > 0 && logOf(id));
  assert.equal(attempt.outcome, 'retry');
  assert.equal(attempt.status, 503);
  const [endpoint] = await ask('callback', 'list', '--service', dev.ready.service_id);
  assert.equal(endpoint.state, 'failing');
  assert.equal(endpoint.failures, 1);
  assert.equal(endpoint.waiting, 1);
  assert.equal(endpoint.url, url);
  const answer = await herald(['callback', 'resume', '--service', dev.ready.service_id, '--data', join(dev.folder, 'data')]);
  assert.equal(answer.code, 1);
  assert.match(answer.stderr, /Nothing of this service is paused/);
  status = 200;
});

test('what an attacker would have called is refused', async () => {
  const env = { HERALD_DATABASE_URL: dev.ready.database_url, HERALD_SECURITY_KEYS: JSON.parse(readFileSync(join(dev.folder, 'data', 'herald.json'))).keys };
  for (const bad of ['http://town.example/', 'https://127.0.0.1/', 'https://ada:secret@town.example/', 'https://[::ffff:10.0.0.1]/', 'https://town.example:25/']) {
    const answer = await herald(['service', 'callback', dev.ready.service_id, '--url', bad, '--bearer-token', 'a-long-enough-token'], { env });
    assert.equal(answer.code, 1, bad);
    assert.match(answer.stderr, /URL/);
  }
});
