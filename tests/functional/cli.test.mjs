// The commands that manage an installation, as a person and as a script uses them, against a running `herald dev`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { eventually, herald, removeFolder, request, startDev } from './herald.mjs';

let dev;
before(async () => {
  dev = await startDev();
});
after(async () => {
  await dev?.stop();
  if (dev) removeFolder(dev.folder);
});

// Of `herald NOUN VERB … --json`, next to the running server.
async function json(noun, ...words) {
  const answer = await herald([noun, ...words, '--data', join(dev.folder, 'data'), '--json']);
  assert.equal(answer.code, 0, answer.stderr);
  return JSON.parse(answer.stdout);
}
const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const refused = (noun, ...words) => herald([noun, ...words, '--data', join(dev.folder, 'data')]);
const send = (key, template) =>
  request(dev.ready.base_url, 'POST', '/v2/notifications/sms', {
    key,
    body: { phone_number: '+12025550123', template_id: template, personalisation: { name: 'Ada' } },
  });

test('a service from nothing: template, key, message, story, revoked key, archived service', async () => {
  const service = await json('service', 'create', 'Town hall', '--live');
  const template = await json('template', 'create', '--service', 'Town hall', '--type', 'sms', '--name', 'Reminder', '--content', 'Dear ((name))');
  const key = await json('key', 'create', '--service', service.id, '--name', 'website');
  assert.ok(key.key.startsWith('website-'), JSON.stringify(Object.keys(key)));
  const secret = key.key.slice(-36);

  const sent = await send(key.key, template.id);
  assert.equal(sent.status, 201);
  assert.equal(sent.body.content.body, 'Dear Ada');
  const story = await eventually('its story ends', async () => {
    const told = await json('notification', 'explain', sent.body.id);
    return told.status === 'delivered' && told;
  });
  assert.ok(story.events.length >= 4);

  const listed = await refused('key', 'list', '--service', service.id, '--json');
  assert.ok(listed.stdout.includes('website') && !listed.stdout.includes(secret), 'a secret is shown once, at creation');

  await json('template', 'change', template.id, '--service', service.id, '--content', 'Hello ((name))');
  await eventually('the new version is used', async () => (await send(key.key, template.id)).body.content?.body === 'Hello Ada');

  await json('key', 'revoke', key.id);
  await eventually('the key is revoked', async () => {
    const answer = await send(key.key, template.id);
    return answer.status === 403 && answer.body.errors[0].message === 'Invalid token: API key revoked';
  });
  await json('service', 'archive', service.id);
  const shown = await json('service', 'show', service.id);
  assert.equal(shown.active, false);
});

test('a branding is in the emails that a service sends, until it is taken away', async () => {
  const { service_id: id, keys, templates } = dev.ready;
  await json('branding', 'set', 'Parks', '--type', 'org_banner', '--text', 'Parks & Gardens', '--colour', '#00703c', '--logo', 'https://logos.example/p.png');
  assert.equal((await json('service', 'branding', id, 'Parks')).email_branding.brand_type, 'org_banner');
  assert.equal((await json('service', 'show', id)).email_branding.name, 'Parks');
  // What the recipient of one more email sees.
  const sent = async () => {
    const body = { email_address: 'ada@town.example', template_id: templates.email, personalisation: { name: 'Ada' } };
    const accepted = await request(dev.ready.base_url, 'POST', '/v2/notifications/email', { key: keys.normal, body });
    return eventually('the email is captured', async () => {
      const email = await request(dev.ready.base_url, 'GET', `/mailbox/${accepted.body.id}/email`);
      return email.status === 200 && email.body;
    });
  };
  await eventually('the branding is used', async () => {
    const html = await sent();
    return html.includes('Parks &amp; Gardens') && html.includes('https://logos.example/p.png') && html.includes('#00703c');
  });
  assert.equal((await json('service', 'branding', id, '--clear')).email_branding, null);
  await eventually('the branding is gone', async () => !(await sent()).includes('Gardens'));

  const wrong = await refused('branding', 'set', 'Parks', '--text', 'Parks', '--colour', 'green');
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /#00703c/);
  assert.match((await refused('service', 'branding', id, 'Park')).stderr, /Did you mean 'Parks'/);
});

test('a key is shown without its secret', async () => {
  const made = await json('key', 'create', '--service', dev.ready.service_id, '--name', 'shown', '--type', 'team');
  const shown = await json('key', 'show', made.id);
  assert.deepEqual([shown.name, shown.type, shown.service_id, shown.revoked_at], ['shown', 'team', dev.ready.service_id, null]);
  const text = await refused('key', 'show', made.id);
  assert.ok(text.stdout.includes('shown') && !(text.stdout + JSON.stringify(shown)).includes(made.key.slice(-36)));
  const unknown = await refused('key', 'show', '00000000-0000-4000-8000-000000000000');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /herald key list/);
});

test('users and providers are listed, made and changed', async () => {
  const user = await json('user', 'create', '--name', 'Ada Lovelace', '--email', 'ada@town.example');
  assert.ok((await json('user', 'list')).some((one) => one.id === user.id));
  const again = await refused('user', 'create', '--name', 'Ada', '--email', 'ada@town.example');
  assert.equal(again.code, 1);
  assert.match(again.stderr, /already/);
  const changed = await json('provider', 'change', 'capture', '--channel', 'sms', '--active', 'false');
  assert.equal((Array.isArray(changed) ? changed[0] : changed).active, false);
  await json('provider', 'change', 'capture', '--channel', 'sms', '--active', 'true');
});

test('a recipient is suppressed, listed and lifted, and a message to them says why it ended', async () => {
  const { service_id: id, keys, templates } = dev.ready;
  await json('user', 'create', '--name', 'Ben', '--email', 'ben@town.example');
  const write = async () => {
    const body = { email_address: 'gone@town.example', template_id: templates.email, personalisation: { name: 'Ada' } };
    const accepted = await request(dev.ready.base_url, 'POST', '/v2/notifications/email', { key: keys.normal, body });
    assert.equal(accepted.status, 201);
    return json('notification', 'explain', accepted.body.id);
  };
  const who = ['--service', id, '--recipient', 'Gone@town.example', '--by', 'ben@town.example'];
  assert.equal((await refused('suppression', 'lift', ...who)).code, 1);
  assert.equal((await refused('suppression', 'add', ...who.slice(0, 4))).code, 2, 'an author is needed');
  const added = await json('suppression', 'add', ...who, '--reason', 'hard_bounce');
  assert.deepEqual([added.recipient, added.reason, added.created_by, added.lifted_at], ['gone@town.example', 'hard_bounce', 'ben@town.example', null]);
  const ended = await write();
  assert.deepEqual([ended.status, ended.provider_response], ['permanent-failure', 'suppressed: hard_bounce']);
  assert.equal((await refused('suppression', 'add', ...who, '--reason', 'hard_bounce')).code, 1);
  assert.deepEqual((await json('suppression', 'list', '--service', id, '--channel', 'email')).map((one) => one.id), [added.id]);
  assert.deepEqual(await json('suppression', 'list', '--service', id, '--channel', 'sms'), []);
  assert.match((await refused('suppression', 'list', '--service', id)).stdout, /gone@town.example +hard_bounce/);

  assert.equal((await json('suppression', 'lift', ...who)).lifted_by, 'ben@town.example');
  assert.deepEqual(await json('suppression', 'list', '--service', id), []);
  assert.equal((await json('suppression', 'list', '--service', id, '--with-lifted')).length, 1);
  assert.notEqual((await write()).status, 'permanent-failure');
});

test('a retention is changed, arrives, and the plan says what goes', async () => {
  const service = await json('service', 'create', 'Parks', '--live');
  assert.deepEqual(
    (await json('retention', 'show', 'Parks')).map(({ channel, days }) => [channel, days]),
    [['email', 7], ['sms', 7]],
  );
  await json('service', 'change', 'Parks', '--retention-days-sms', '30');
  const [, sms] = await json('retention', 'show', service.id);
  assert.equal(sms.days, 30);
  assert.ok(sms.changed_at);
  const plan = await json('retention', 'plan', '--days', '40');
  const contents = plan.rules.find((rule) => rule.name === 'contents');
  assert.equal(contents.task, 'drop_purged_contents');
  assert.ok(contents.partitions.length >= 30, 'room for the longer retention was made');
  const beyond = await refused('service', 'change', 'Parks', '--retention-days-sms', '91');
  assert.equal(beyond.code, 1);
  assert.match(beyond.stderr, /from 3 to 90/);
  const text = await refused('retention', 'plan');
  assert.match(text.stdout, /drop_purged_contents/);
});

test('inbound numbers are taken into stock, given to a service and taken back; receipts are listed and replayed', async () => {
  const number = await json('inbound-number', 'add', '+12125550101');
  assert.deepEqual([number.number, number.provider, number.service_id], ['12125550101', 'sns', null]);
  const service = await json('service', 'create', 'Pools', '--live');
  const given = await json('inbound-number', 'assign', '12125550101', '--service', 'Pools');
  assert.equal(given.service_id, service.id);
  const other = await json('service', 'create', 'Ponds', '--live');
  const taken = await refused('inbound-number', 'assign', '12125550101', '--service', other.id);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /release it first/);
  assert.equal((await json('inbound-number', 'release', '12125550101')).service_id, null);
  assert.equal((await json('inbound-number', 'list')).length, 1);
  assert.deepEqual(await json('receipt', 'list', '--since', '2026-01-01'), []);
  const replayed = await json('receipt', 'replay', '--since', '2026-01-01', '--dry-run');
  assert.deepEqual([replayed.read, replayed.changed], [0, {}]);
  assert.match((await refused('receipt', 'list', '--since', 'yesterday')).stderr, /not a moment/);
});

test('scheduled tasks are listed, run for a day and found in the history', async () => {
  const listed = await json('task', 'list');
  const drop = listed.find((one) => one.name === 'drop_purged_contents');
  assert.deepEqual([drop.when, drop.after], ['daily at 00:00:15', []]);
  assert.ok(listed.every((one) => one.next_run && one.help));
  // The scheduler of this process has run each since it began.
  await eventually('the tasks of the day are done', async () => (await json('task', 'list')).every((one) => one.last?.outcome === 'succeeded'));
  const [led] = await json('task', 'history', 'drop_purged_contents');
  assert.ok(led.for_date && led.ended_at && led.outcome === 'succeeded');

  const day = new Date(Date.parse(`${led.for_date}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  const done = await json('task', 'run', 'drop_purged_contents', '--date', day);
  assert.deepEqual([done.name, done.date, done.done], ['drop_purged_contents', day, 0]);
  const [byHand] = await json('task', 'history', 'drop_purged_contents', '--limit', '1');
  assert.deepEqual([byHand.for_date, byHand.outcome], [day, 'succeeded']);
  assert.match(byHand.holder, /by hand$/);
  assert.equal(typeof (await json('task', 'run', 'fold_ledger')).done, 'number');
  const asOf = await json('task', 'run', 'check_ledger', '--as-of', '2026-01-15T12:00:00Z');
  assert.deepEqual([asOf.date, asOf.as_of], ['2026-01-15', '2026-01-15T12:00:00.000000Z']);
  assert.match((await refused('task', 'list')).stdout, /drop_purged_contents +daily at 00:00:15/);
  assert.match((await refused('task', 'history', '--limit', '3')).stdout, /^STARTED/);

  assert.equal((await refused('task', 'run', 'no_such_task')).code, 1);
  assert.equal((await refused('task', 'history', 'no_such_task')).code, 1);
  assert.equal((await refused('task', 'run', 'drop_purged_contents', '--date', '2999-01-01')).code, 1);
  assert.equal((await refused('task', 'run', 'drop_purged_contents', '--as-of', '2999-01-01T00:00:00Z')).code, 1);
  assert.match((await refused('task', 'run', 'fold_ledger', '--date', day)).stderr, /--as-of/);
  for (const wrong of [['--date', '15 June'], ['--as-of', 'noon'], ['--date', day, '--as-of', '2026-01-15T12:00:00Z']]) {
    assert.equal((await refused('task', 'run', 'drop_purged_contents', ...wrong)).code, 2, wrong.join(' '));
  }
  assert.match((await herald(['task', 'run', '--help'])).stdout, /--date 2026-11-23/);
});

test('what cannot be done says so and exits with 1; a wrong command line exits with 2', async () => {
  const unknown = await refused('service', 'show', 'No such service');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /No such service/);
  assert.equal((await herald(['servise', 'list'])).code, 2);
  assert.equal((await herald(['service', 'create'])).code, 2);
  assert.equal((await herald(['--help'])).code, 0);
});

test('with --json a failure is one JSON object on standard error, and standard output is empty', async () => {
  const failures = [
    [1, /No such service/, await refused('service', 'show', 'No such service', '--json')],
    [1, /http\.port/, await herald(['config', '--json', '--set', 'http.prot=1', '--set', 'nonsense=2'])],
    [2, /name/, await herald(['--json', 'service', 'create'])],
  ];
  for (const [code, says, answer] of failures) {
    assert.equal(answer.code, code);
    assert.equal(answer.stdout, '');
    assert.match(JSON.parse(answer.stderr).error, says);
  }
  assert.match(JSON.parse(failures[1][2].stderr).more[0], /nonsense/);
});

test('many migrations at once do no harm, and the database is up to date', async () => {
  const { database_url: url } = JSON.parse(readFileSync(join(dev.folder, 'data', 'herald.json'), 'utf8'));
  const env = { HERALD_DATABASE_URL: url.replace('/herald?', '/template1?') };
  const all = await Promise.all(Array.from({ length: 4 }, () => herald(['migrate', '--json'], { env })));
  for (const one of all) assert.equal(one.code, 0, one.stderr);
  // Each was applied by exactly one of them, whichever it was.
  const applied = all.flatMap((one) => JSON.parse(one.stdout).applied).sort();
  const folder = new URL('../../src/storage/migrations/', import.meta.url);
  assert.deepEqual(applied, readdirSync(folder).map((name) => name.replace('.sql', '')).sort());
  const after = await herald(['migrate', '--json'], { env });
  assert.deepEqual(JSON.parse(after.stdout).applied, []);
});

// A default that changes is seen here: `herald config > docs/configuration.toml` in a folder without a herald.toml.
test('the configuration is the documented one, in TOML and in JSON', async () => {
  const dumped = await herald(['config', '--dump'], { cwd: dev.folder });
  assert.equal(dumped.code, 0);
  assert.equal(dumped.stdout, file('docs/configuration.toml'));
  const values = JSON.parse((await herald(['config', '--json', '--set', 'security.internal_secret=hunter2'], { cwd: dev.folder })).stdout);
  assert.equal(Object.keys(values).length, dumped.stdout.match(/^[a-z_]+ = /gm).length);
  assert.deepEqual([values['http.port'], values['http.trust_proxy_headers'], values.time_zone], [6011, false, 'America/New_York']);
  assert.equal(values['security.internal_secret'], '********');
  const wrong = await herald(['config', '--set', 'http.prot=1']);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /http\.port/);
});

// tests/structure/metric_names.py compares the same table with the sources.
test('what /metrics answers is what docs/metrics.md says', async () => {
  const documented = new Map();
  for (const [, name, type, labels] of file('docs/metrics.md').matchAll(/^\| `(herald_\w+)` \| (\w+) \|([^|]*)\|/gm)) {
    documented.set(name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map((label) => label[1]).sort() });
  }
  const exposed = new Map();
  for (const line of (await request(dev.ready.base_url, 'GET', '/metrics')).body.split('\n')) {
    const type = line.match(/^# TYPE (\S+) (\w+)$/);
    if (type) exposed.set(type[1], { type: type[2] });
    const sample = line.match(/^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$/);
    if (!sample) continue;
    const family = exposed.get(sample[1]) ?? assert.fail(`${line} has no type`);
    family.labels = [...(sample[2] ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map((label) => label[1]).filter((name) => name !== 'le').sort();
  }
  for (const [name, is] of exposed) assert.deepEqual(is, documented.get(name), name);
  const used = ['herald_delivery_attempts_total', 'herald_http_request_seconds', 'herald_receipts_applied_total', 'herald_statement_run_seconds'];
  for (const name of used) assert.ok(exposed.has(name), name);
});

test('a bench does not touch a folder that was there before it', async () => {
  const kept = join(dev.folder, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'mine'), 'mine');
  const run = await herald(['bench', 'accept', '--seconds', '1', '--directory', kept]);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /is there already/);
  assert.equal(readFileSync(join(kept, 'mine'), 'utf8'), 'mine');
});
