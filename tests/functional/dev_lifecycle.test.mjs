// `herald dev` as a program: its ready file, starts and stops, neighbours, and what it keeps to itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Server, binary, eventually, herald, removeFolder, request, startDev, temporaryFolder } from './herald.mjs';

async function withDev(options, check) {
  const dev = await startDev(options);
  try {
    await check(dev);
  } finally {
    await dev.stop();
    if (!options.folder) removeFolder(dev.folder);
  }
}

test('the ready file says all that a script needs, and only its owner may read it', () =>
  withDev({}, async ({ ready, folder }) => {
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    const key = /.-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    assert.equal(statSync(join(folder, 'ready.json')).mode & 0o777, 0o600);
    assert.equal((await request(ready.base_url, 'GET', '/_status')).status, 200);
    assert.ok(ready.pid > 0);
    assert.match(ready.database_url, /^postgresql:/);
    assert.equal(ready.admin.client_id, 'notify-admin');
    assert.ok(ready.admin.secret.length >= 32);
    for (const service of [ready, ready.other]) {
      assert.match(service.service_id, uuid);
      assert.match(service.templates.sms, uuid);
      assert.match(service.templates.email, uuid);
      assert.match(service.sms_sender_id, uuid);
      assert.match(service.email_reply_to_id, uuid);
      for (const kind of ['normal', 'team', 'test']) assert.match(service.keys[kind], key);
    }
    assert.notEqual(ready.service_id, ready.other.service_id);
  }));

test('providers pretend what --capture-script says', () => {
  const script = '*@rejects.example answer=reject; *@slow.example answer_after_ms=300 receipt=twice; *@bounces.example status=permanent-failure';
  return withDev({ args: ['--capture-script', script] }, async ({ ready }) => {
    const sendTo = async (email_address) => {
      const body = { email_address, template_id: ready.templates.email, personalisation: { name: 'Ada' } };
      const sent = await request(ready.base_url, 'POST', '/v2/notifications/email', { key: ready.keys.normal, body });
      assert.equal(sent.status, 201, JSON.stringify(sent.body));
      return sent.body.id;
    };
    const becomes = (id, status) =>
      eventually(`it is ${status}`, async () => {
        const answer = await request(ready.base_url, 'GET', `/v2/notifications/${id}`, { key: ready.keys.normal });
        return answer.body.status === status && answer.body;
      });
    const ids = await Promise.all(['a@rejects.example', 'a@slow.example', 'a@bounces.example', 'a@town.example'].map(sendTo));
    await becomes(ids[0], 'technical-failure');
    const late = await becomes(ids[1], 'delivered');
    assert.ok(Date.parse(late.completed_at) - Date.parse(late.created_at) >= 300, JSON.stringify(late));
    await becomes(ids[2], 'permanent-failure');
    await becomes(ids[3], 'delivered');
  });
});

test('a wrong capture script stops the start and says which word', async () => {
  const folder = temporaryFolder();
  const started = await herald(['dev', '--data', join(folder, 'data'), '--port', '0', '--capture-script', '* anwser=reject']);
  assert.equal(started.code, 1);
  assert.match(started.stderr, /anwser=reject/);
  removeFolder(folder);
});

test('a restart keeps messages, services and keys; SIGTERM ends it with 0 and leaves no process', async () => {
  const folder = temporaryFolder();
  try {
    const first = await startDev({ folder });
    const { keys, templates } = first.ready;
    const sent = await request(first.ready.base_url, 'POST', '/v2/notifications/sms', {
      key: keys.normal,
      body: { phone_number: '+12025550123', template_id: templates.sms, personalisation: { name: 'Ada' } },
    });
    assert.equal(sent.status, 201);
    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    assert.ok(!existsSync(join(folder, 'data', 'data', 'postmaster.pid')));

    const second = await startDev({ folder });
    assert.deepEqual(second.ready.keys, keys);
    assert.equal(second.ready.service_id, first.ready.service_id);
    const read = await request(second.ready.base_url, 'GET', `/v2/notifications/${sent.body.id}`, { key: keys.normal });
    assert.equal(read.status, 200);
    await second.stop();
  } finally {
    removeFolder(folder);
  }
});

test('two run side by side; a folder in use is refused with a sentence', () =>
  withDev({}, async (one) => {
    await withDev({}, async (two) => {
      assert.notEqual(one.ready.base_url, two.ready.base_url);
      const answer = await request(two.ready.base_url, 'GET', '/v2/templates', { key: one.ready.keys.normal });
      assert.equal(answer.status, 403);
    });
    const refused = await herald(['dev', '--data', join(one.folder, 'data'), '--port', '0']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /in use/);
  }));

test('a folder made by a newer version is refused', async () => {
  const folder = temporaryFolder();
  try {
    await withDev({ folder }, async () => {});
    const format = join(folder, 'data', 'HERALD_FORMAT');
    writeFileSync(format, `${Number(readFileSync(format, 'utf8')) + 1}\n`);
    const refused = await herald(['dev', '--data', join(folder, 'data'), '--port', '0']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /newer/);
  } finally {
    removeFolder(folder);
  }
});

test('it runs as an ordinary user', { skip: process.getuid() !== 0 && 'this whole run is one of an ordinary user' }, async () => {
  const folder = temporaryFolder();
  try {
    // The binary may lie where others cannot read.
    cpSync(binary, join(folder, 'herald'));
    chmodSync(folder, 0o777);
    chmodSync(join(folder, 'herald'), 0o755);
    const ready = join(folder, 'user-ready.json');
    const script = `cd ${folder} && exec ./herald dev --port 0 --ready-file ${ready}`;
    const server = new Server(['--version'], { folder });
    await server.ended;
    const { spawn } = await import('node:child_process');
    const child = spawn('setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', 'sh', '-c', script], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: folder },
    });
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await eventually('an ordinary user is ready', () => existsSync(ready));
    const facts = JSON.parse(readFileSync(ready, 'utf8'));
    assert.equal((await request(facts.base_url, 'GET', '/_status')).status, 200);
    const owner = execFileSync('ps', ['-o', 'user=', '-p', String(facts.pid)], { encoding: 'utf8' }).trim();
    assert.equal(owner, 'nobody');
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  } finally {
    removeFolder(folder);
  }
});

test('the mailbox shows both channels as they were received, newest first', () =>
  withDev({}, async ({ ready }) => {
    const empty = await request(ready.base_url, 'GET', '/');
    assert.equal(empty.status, 200);
    const send = (channel, to) =>
      request(ready.base_url, 'POST', `/v2/notifications/${channel}`, {
        key: ready.keys.normal,
        body: { ...to, template_id: ready.templates[channel], personalisation: { name: 'Grace <b>' } },
      });
    assert.equal((await send('sms', { phone_number: '+12025550123' })).status, 201);
    const page = () => request(ready.base_url, 'GET', '/').then((answer) => answer.body);
    // The number alone also stands in the hint of the empty page.
    const text = '<bdi class="to">+12025550123</bdi>';
    await eventually('the text message is shown', async () => (await page()).includes(text));
    assert.equal((await send('email', { email_address: 'grace@example.gov' })).status, 201);
    const html = await eventually('the email is shown', async () => {
      const html = await page();
      return html.includes('grace@example.gov') && html;
    });
    assert.ok(html.indexOf('grace@example.gov') < html.indexOf(text));
    assert.ok(!html.includes('Grace <b>'));
  }));

test('no recipient, value, token or secret is logged', () =>
  withDev({ env: { HERALD_LOG_LEVEL: 'debug' } }, async (dev) => {
    const { ready } = dev;
    const send = (key, body) => request(ready.base_url, 'POST', '/v2/notifications/email', { key, body });
    const body = {
      email_address: 'very-private@example.gov',
      template_id: ready.templates.email,
      personalisation: { name: 'Secretive Person' },
    };
    const sent = await send(ready.keys.normal, body);
    assert.equal(sent.status, 201);
    await send(ready.keys.normal, { ...body, email_address: 'not-an-address-but-private' });
    await send(ready.keys.normal, `{"email_address": "truncated-private@example.gov`);
    await send(ready.keys.team, body);
    await eventually('delivered', async () => {
      const read = await request(ready.base_url, 'GET', `/v2/notifications/${sent.body.id}`, { key: ready.keys.normal });
      return read.body.status === 'delivered';
    });
    await dev.stop();
    // Standard output holds the welcome with the demo keys, which is for the person at the terminal: the log proper is what follows the level.
    const log = dev.log().split('\n').filter((line) => /\b(debug|info|warning|error)\b/.test(line)).join('\n');
    assert.ok(log.length > 0);
    for (const secret of ['very-private', 'not-an-address', 'truncated-private', 'Secretive', ready.admin.secret, ready.keys.normal.slice(-36)])
      assert.ok(!log.includes(secret), `the log holds ${secret}`);
  }));
