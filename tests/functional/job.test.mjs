// A list, as a person at a terminal sends one: planned, sent and followed, its bad rows corrected, paused, cancelled, sent again. Against `herald dev`.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { binary, eventually, herald, removeFolder, request, startDev } from './herald.mjs';

const failing = '+12025550199';

let dev;
let names;
before(async () => {
  dev = await startDev({ args: ['--capture-script', `${failing} status=temporary-failure`] });
  names = ['--service', dev.ready.service_id, '--data', join(dev.folder, 'data')];
});
after(async () => {
  await dev?.stop();
  if (dev) removeFolder(dev.folder);
});

const run = (...words) => herald(['job', ...words, ...names]);
async function json(...words) {
  const answer = await run(...words, '--json');
  assert.equal(answer.code, 0, answer.stderr);
  return JSON.parse(answer.stdout);
}
const list = (name, text) => {
  const path = join(dev.folder, name);
  writeFileSync(path, text);
  return path;
};
const template = () => ['--template', dev.ready.templates.sms];
const rows = (count) => `phone number,name\n${Array.from({ length: count }, (_, i) => `+1202555${1000 + i},Person ${i}\n`).join('')}`;

// As a spreadsheet of a European machine saves it.
const contacts =
  '\uFEFFPhone Number;First seen;Name;\r\n' +
  '+1 (202) 555-0101;2024-01-05;Zoë;\r\n' +
  '555;2024-02-11;"Bob; the second";\r\n' +
  '2025550103;;"Cy ""Cyrus""";\r\n' +
  '+12025550104;2024-03-01;;\r\n' +
  '+12025550105;2024-04-09;Łukasz;\r\n';

test('a plan says what would come of a list, and creates nothing', async () => {
  const file = list('planned.csv', contacts);
  const plan = await json('send', file, ...template(), '--plan');
  assert.equal(plan.rows, 5);
  assert.equal(plan.good_rows, 3);
  assert.equal(plan.fragments, 3);
  assert.deepEqual(plan.first_bad_rows.map(({ row }) => row), [3, 5]);
  assert.deepEqual(plan.downgraded_characters, [{ character: 'Ł', rows: 1 }]);
  assert.equal(plan.daily_limit.fits, true);
  assert.equal(plan.price, null);
  assert.equal(plan.forecast.ends_at, null, 'nobody has stated a rate');
  assert.notEqual((await json('send', file, ...template(), '--plan', '--rate', '1')).forecast.ends_at, null);
  const text = await run('send', file, ...template(), '--plan');
  assert.match(text.stdout, /5: 3 good, 2 bad/);
  assert.match(text.stdout, /Nothing was sent/);
  assert.deepEqual(await json('list'), []);
});

test('contacts.csv is sent and followed to its end; its bad rows are corrected and sent', async () => {
  const file = list('contacts.csv', contacts);
  const sent = await run('send', file, ...template(), '--json');
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stderr, /has 5 rows, 2 of them bad/);
  assert.match(sent.stderr, /created 5\/5 {2}sent 3 {2}delivered 3 {2}failed 0 {2}bad rows 2/);
  const job = JSON.parse(sent.stdout);
  assert.equal(job.status, 'finished');
  assert.equal(job.name, 'contacts.csv');
  assert.deepEqual([job.rows, job.bad_rows, job.delivered, job.ended], [5, 2, 3, true]);
  const mailbox = await request(dev.ready.base_url, 'GET', '/');
  assert.ok(JSON.stringify(mailbox.body).includes('Zoë'), 'the message has the name of the row');

  const output = join(dev.folder, 'bad.csv');
  assert.equal((await json('bad-rows', job.id, '--output', output)).rows, 2);
  assert.equal(statSync(output).mode & 0o777, 0o600);
  const bad = readFileSync(output, 'utf8');
  assert.equal((await run('bad-rows', job.id)).stdout, bad);
  assert.match(bad, /555,2024-02-11,Bob; the second,,phone number: /i);
  assert.match(bad, /Name: Missing/);

  const corrected = list('corrected.csv', bad.replace('555,2024-02-11', '2025550102,2024-02-11').replace('2024-03-01,,', '2024-03-01,Dee,'));
  const second = await json('send', corrected, ...template(), '--corrects', job.id);
  assert.deepEqual([second.rows, second.bad_rows, second.delivered, second.corrects], [2, 0, 2, job.id]);

  const none = await run('bad-rows', second.id, '--output', join(dev.folder, 'none.csv'));
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no bad rows/);
  assert.ok(!existsSync(join(dev.folder, 'none.csv')));
  assert.deepEqual((await json('list')).map(({ id }) => id).sort(), [job.id, second.id].sort());
});

test('a list that cannot be sent is refused with what to do, and leaves nothing', async () => {
  const before = (await json('list')).length;
  const columns = await run('send', list('columns.csv', 'phone number,first name\n+12025550101,Ann\n'), ...template());
  assert.equal(columns.code, 1);
  assert.match(columns.stderr, /name/);
  assert.match(columns.stderr, /Its columns are: phone number, first name/);
  const absent = await run('send', join(dev.folder, 'absent.csv'), ...template());
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /absent\.csv cannot be read/);
  const late = await run('send', list('late.csv', rows(1)), ...template(), '--at', '2020-01-01T00:00:00Z');
  assert.equal(late.code, 1);
  assert.match(late.stderr, /Date cannot be in the past/);
  assert.equal((await run('send', list('which.csv', rows(1)), '--template', dev.ready.service_id)).code, 1);
  assert.equal((await run('send', join(dev.folder, 'which.csv'))).code, 2, 'the command line is wrong');
  assert.equal((await json('list')).length, before);
});

test('a job is paused, slowed, resumed and sped up, and comes to its end', async () => {
  const { id } = await json('send', list('slow.csv', rows(30)), ...template(), '--rate', '1', '--no-wait');
  await eventually('its first message leaves', async () => (await json('show', id)).sent > 0);
  const paused = await json('pause', id);
  assert.equal(paused.paused, true);
  assert.match((await run('show', id)).stdout, /paused/);
  assert.equal((await run('pause', id)).code, 1, 'it is paused already');
  await json('resume', id);
  assert.equal((await json('slow', id, '--rate', '2')).rows_per_second, 2);
  assert.equal((await run('slow', id)).code, 1);
  assert.equal((await json('slow', id, '--fast')).rows_per_second, null);
  const ended = await json('show', id, '--follow');
  assert.deepEqual([ended.status, ended.delivered], ['finished', 30]);
});

test('what has not left of a cancelled job does not leave', async () => {
  const { id } = await json('send', list('cancelled.csv', rows(40)), ...template(), '--rate', '1', '--no-wait');
  await eventually('its rows are messages', async () => (await json('show', id)).created_rows === 40);
  await json('cancel', id);
  const ended = await json('show', id, '--follow');
  assert.equal(ended.status, 'cancelled');
  assert.ok(ended.statistics.cancelled > 0, JSON.stringify(ended.statistics));
  assert.equal(ended.statistics.cancelled + ended.delivered, 40);
});

test('a job waits for its moment, and can be cancelled before', async () => {
  const at = new Date(Date.now() + 3_600_000).toISOString();
  const job = await json('send', list('later.csv', rows(1)), ...template(), '--at', at);
  assert.equal(job.status, 'scheduled');
  assert.equal((await json('cancel', job.id)).status, 'cancelled');
});

test('failed rows are sent again, and only those', async () => {
  const job = await json('send', list('failing.csv', `${rows(2)}${failing},Eve\n`), ...template());
  assert.deepEqual([job.delivered, job.failed], [2, 1]);
  await json('retry-failed', job.id);
  const again = await eventually('it is sent again', async () => {
    const shown = await json('show', job.id, '--follow');
    return shown.retried_rows === 1 && shown;
  });
  assert.deepEqual(again.statistics, { delivered: 2, 'temporary-failure': 2 });
  assert.deepEqual([again.delivered, again.failed], [2, 1], 'a row counts once');
});

test('Ctrl-C stops following, and the job goes on', async () => {
  const file = list('watched.csv', rows(30));
  const child = spawn(binary, ['job', 'send', file, ...template(), '--rate', '1', ...names]);
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  await eventually('it draws its progress', () => said.includes('created '));
  child.kill('SIGINT');
  assert.equal(await ended, 0, said);
  assert.match(said, /The job goes on/);
  const [, id] = /Job ([0-9a-f-]{36}) has 30 rows/.exec(said);
  assert.equal((await json('show', id)).ended, false);
  await json('cancel', id);
});
