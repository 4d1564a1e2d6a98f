// Planted recipients, values and secrets, sent in every way that there is, and then looked for: in each file of the database (tables, indexes, TOAST,
// WAL), in its log of all statements with their parameters, in Herald's logs, metrics and error answers. They are in none of them.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, herald, request, token } from './herald.mjs';
import { Site } from './faults/site.mjs';

const mark = `canary${randomBytes(6).toString('hex')}`;
const numbers = { delivered: '+12025550171', rejected: '+12025550172', uncertain: '+12025550173', bounced: '+12025550174', retried: '+12025550175' };
// By the end of the number: `herald config` shows the script.
const script = [
  `*${numbers.rejected.slice(-4)} answer=reject`,
  `*${numbers.uncertain.slice(-4)} answer=uncertain`,
  `*${numbers.bounced.slice(-4)} status=permanent-failure receipt=twice`,
  `*${numbers.retried.slice(-4)} fail_first=1`,
].join('; ');
const bearerToken = `bearer-${randomUUID()}`;
const reference = `seen-${randomUUID()}`; // of a message, kept in clear: what proves that the search would find something
const values = { name: `Ada ${mark} Lovelace`, long: `${mark} `.repeat(400) + randomBytes(8000).toString('base64') }; // the sealed row is TOASTed
const kFinal = ['sent', 'delivered', 'technical-failure', 'permanent-failure'];

let site;
let callbacks;
const seen = { answers: '', commands: '', metrics: '' };
const called = [];

before(async () => {
  site = await Site.make({
    postgres: { settings: { log_statement: 'all', log_min_error_statement: 'debug5', wal_keep_size: '64MB' } },
    env: { HERALD_LOG_LEVEL: 'debug', HERALD_CAPTURE_SCRIPT: script, HERALD_CALLBACKS_ALLOW_HTTP: 'true' },
  });
  callbacks = createServer((question, answer) => {
    called.push(question.headers.authorization);
    // The first call fails, and the answer repeats what it was asked with.
    answer.writeHead(called.length === 1 ? 500 : 200).end(question.headers.authorization);
  });
  await new Promise((resolve) => callbacks.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${callbacks.address().port}/receipts`;
  await command('service', 'callback', site.service, '--url', url, '--bearer-token', bearerToken);
  const content = 'Dear ((name)), ((long))';
  await command('template', 'change', site.templates.email, '--service', site.service, '--content', content, '--subject', 'For ((name))');
});

after(async () => {
  callbacks?.closeAllConnections();
  callbacks?.close();
  await site?.close();
});

async function command(...words) {
  const answer = await herald(words, { cwd: site.folder, env: site.env });
  seen.commands += answer.stdout + answer.stderr;
  assert.equal(answer.code, 0, answer.stderr);
}

async function ask(method, path, options) {
  const answer = await request(site.base, method, path, options);
  if (answer.status >= 400) seen.answers += `${JSON.stringify([...answer.headers])} ${JSON.stringify(answer.body)}\n`;
  return answer;
}

const post = (channel, body, options = {}) => ask('POST', `/v2/notifications/${channel}`, { key: site.key, body, ...options });
const email = (more) => ({ email_address: `${mark}@example.gov`, template_id: site.templates.email, personalisation: values, ...more });
const sms = (more) => ({ phone_number: numbers.delivered, template_id: site.templates.sms, personalisation: values, ...more });

async function sendAll() {
  // Refused, deferred, lost with its answer, and taken: by what the first offer of each is.
  const treatments = ['refuse', 'defer', 'lose', 20];
  const chosen = new Map();
  site.sink.behave((id, offers) => {
    if (!chosen.has(id)) chosen.set(id, treatments[chosen.size % treatments.length]);
    return offers === 0 ? chosen.get(id) : 20;
  });
  const emails = treatments.map((_, i) => post('email', email({ reference }), { headers: { 'Idempotency-Key': `key-${i}` } }));
  const texts = Object.values(numbers).map((number) => post('sms', sms({ phone_number: number, personalisation: { name: values.name } })));
  const answers = await Promise.all([...emails, ...texts]);
  for (const answer of answers) assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answers.map((answer) => answer.body.id);
}

// Whatever can be wrong with a request that carries them.
async function askWrongly() {
  const forged = `${token(site.key).split('.').slice(0, 2).join('.')}.${mark}`;
  const answers = await Promise.all([
    post('email', email({ email_address: `not an address but ${mark}` })),
    post('email', email({ personalisation: { long: mark } })),
    post('email', email({ template_id: randomUUID() })),
    post('email', `{"email_address": "${mark}@example.gov`),
    post('email', email(), { headers: { 'Idempotency-Key': 'key-0', 'X-Whatever': mark }, body: email({ personalisation: { ...values, name: mark } }) }),
    post('sms', sms({ phone_number: `${numbers.delivered}${numbers.bounced}` })),
    post('sms', sms({ sms_sender_id: mark })),
    post('email', email(), { key: undefined, headers: { Authorization: `Bearer ${forged}` } }),
    post('email', email(), { key: `${site.key.slice(0, -36)}${randomUUID()}` }),
    ask('GET', `/v2/notifications/${mark}`, { key: site.key }),
    ask('GET', `/${mark}?to=${mark}`),
  ]);
  for (const [i, answer] of answers.entries()) assert.ok(answer.status >= 400 && answer.status < 500, `${i}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

// The contract has messages that repeat what the asker wrote. They go to nobody else.
async function askWhatIsRepeated() {
  const before = seen.answers;
  const answers = await Promise.all([
    post('email', email({ personalisation: mark })),
    post('email', email({ [mark]: mark })),
    ask('GET', `/v2/notifications?status=${mark}`, { key: site.key }),
  ]);
  for (const answer of answers) assert.ok(answer.status === 400 && answer.body.errors[0].message.includes(mark), JSON.stringify(answer.body));
  seen.answers = before;
}

const finished = (id) =>
  eventually(`${id} has ended`, async () => {
    const answer = await request(site.base, 'GET', `/v2/notifications/${id}`, { key: site.key }).catch(() => null);
    return answer && kFinal.includes(answer.body.status);
  });

// As it is, in the other case, in hexadecimal (parameters in a log), and in base64, wherever in a text it begins.
function formsOf(secret) {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').slice(shift && 4, -4));
  return [secret, secret.toLowerCase(), secret.toUpperCase(), bytes.toString('hex'), ...shifted].map((form) => Buffer.from(form));
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

function placesOf(secret, places) {
  const forms = formsOf(secret);
  return places.filter(([, bytes]) => forms.some((form) => bytes.includes(form))).map(([name]) => name);
}

test('no planted recipient, value or secret is in a database file, the WAL, a log, a metric or an error', async () => {
  const ids = await sendAll();
  await askWrongly();
  await askWhatIsRepeated();
  // Crashes write, too: what was in memory, and what is said about it.
  await site.kill('worker');
  await site.endLeases();
  await site.postgres.kill();
  await site.postgres.start();
  await site.start('worker');
  await Promise.all(ids.map(finished));
  await eventually('the service was told of each, the first time twice', () => called.length > ids.length - 4);
  await eventually('nobody waits for anything', async () => (await site.postgres.query('SELECT count(*) FROM callback_tasks'))[0][0] === '0');
  assert.ok(called.every((header) => header === `Bearer ${bearerToken}`));

  for (const id of ids) await command('notification', 'explain', id);
  await command('key', 'list', '--service', site.service);
  await command('service', 'show', site.service);
  await command('config');
  for (const role of ['api', 'worker', 'scheduler']) seen.metrics += await site.metrics(role);
  await site.postgres.query('CHECKPOINT');
  const logs = Object.entries(site.servers).map(([role, server]) => [`the log of the ${role}`, Buffer.from(server.log())]);
  const files = [site.postgres.data, `${site.folder}/wal`].flatMap((folder) => [...filesBelow(folder)]);
  const places = [
    ...Object.entries(seen).map(([name, text]) => [name, Buffer.from(text)]),
    ...logs,
    ["PostgreSQL's log", Buffer.from(site.postgres.log())],
    ...files.map((path) => [path, readFileSync(path)]),
  ];

  // What may be seen is found: in tables, in the WAL and in the log of statements.
  const found = placesOf(reference, places);
  for (const where of [/pg\/base\//, /\/wal\/0/, /PostgreSQL's log/]) assert.ok(found.some((place) => where.test(place)), `${where} in ${found}`);
  for (const [name, bytes] of places.slice(0, 7)) assert.ok(bytes.length > 200, `${name} is empty`);

  const ring = site.env.HERALD_SECURITY_KEYS.split(',').map((key) => key.split(':')[1]);
  const secrets = { mark, bearerToken, keySecret: site.key.slice(-36), internal: site.env.HERALD_SECURITY_INTERNAL_SECRET, ring: ring[0] };
  for (const number of Object.values(numbers)) secrets[number] = number.slice(2);
  for (const [name, secret] of Object.entries(secrets)) assert.deepEqual(placesOf(secret, places), [], `${name} is there`);
});
