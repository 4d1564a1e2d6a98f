// What the official admin web app does to send to a file: puts it into the object store, makes a job of it, follows it to the end, downloads the outcome; and
// the same for a contact list. The requests are the app's (app/notify_client/job_api_client.py, contact_list_api_client.py of GSA/notifications-admin).
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, herald, removeFolder, request, startDev } from './herald.mjs';

const encode = (data) => Buffer.from(JSON.stringify(data)).toString('base64url');

let dev;
let author;

before(async () => {
  dev = await startDev();
  const made = await herald(['user', 'create', '--name', 'Ada Lovelace', '--email', 'ada@town.example', '--data', join(dev.folder, 'data'), '--json']);
  author = JSON.parse(made.stdout).id;
});

after(async () => {
  await dev.stop();
  removeFolder(dev.folder);
});

function adminToken() {
  const { client_id: issuer, secret } = dev.ready.admin;
  const signed = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode({ iss: issuer, iat: Math.floor(Date.now() / 1000) })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function ask(method, path, body) {
  const answer = await request(dev.ready.base_url, method, `/service/${dev.ready.service_id}${path}`, {
    headers: { Authorization: `Bearer ${adminToken()}` },
    body,
  });
  return { status: answer.status, body: answer.body };
}

// As the file store keeps an object: docs/operating.md, "Objects".
function fileOf(id) {
  return join(dev.folder, 'data', 'objects', `service-${dev.ready.service_id}-notify%2F${id}.csv`);
}

function upload(text, metadata) {
  const id = randomUUID();
  mkdirSync(join(dev.folder, 'data', 'objects'), { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(id), `${JSON.stringify({ metadata })}\n${text}`, { mode: 0o600 });
  return id;
}

test('a file is sent to, and the admin app sees what became of each row', async () => {
  const rows = Array.from({ length: 120 }, (_, row) => `person-${row}@example.gov,Person ${row}`);
  const id = upload(`email address,name\r\n${rows.join('\r\n')}\r\n`, {
    notification_count: '120',
    template_id: dev.ready.templates.email,
    valid: 'True',
    original_file_name: 'people.csv',
  });
  const made = await ask('POST', '/job', { id, created_by: author });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  assert.equal(made.body.data.created_by.name, 'Ada Lovelace');

  const job = await eventually('every row is delivered', async () => {
    const { data } = (await ask('GET', `/job/${id}`)).body;
    const delivered = data.statistics.find(({ status }) => status === 'delivered')?.count;
    return delivered === 120 && data.job_status === 'finished' && data;
  });
  assert.deepEqual(job.statistics, [{ status: 'delivered', count: 120 }]);
  assert.ok(job.processing_started && job.processing_finished);
  assert.deepEqual((await ask('GET', `/job/${id}/notification_count`)).body, { count: 120 });

  const page = (await ask('GET', `/job/${id}/notifications?page=3&status=delivered`)).body;
  assert.equal(page.total, 120);
  assert.equal(page.notifications.length, 20);
  assert.equal(page.notifications[19].to, 'person-119@example.gov');
  assert.deepEqual(page.notifications[19].personalisation.name, 'Person 119');
  assert.equal(page.notifications[19].job_row_number, 119);
  assert.ok(page.links.prev && !page.links.next);
  const csv = (await ask('GET', `/job/${id}/notifications?page=1&page_size=5000&format_for_csv=True`)).body;
  assert.deepEqual(csv.notifications.map((line) => line.row_number), Array.from({ length: 120 }, (_, row) => row + 1));
  assert.equal(csv.notifications[0].status, 'Delivered');
  assert.ok((await ask('GET', '/job?limit_days=7&statuses=finished,pending&page=1')).body.data.some((one) => one.id === id));
  assert.ok((await ask('GET', '/upload?limit_days=7&page=1')).body.data.some((one) => one.id === id));
});

test('a scheduled job is cancelled', async () => {
  const id = upload('email address,name\r\nada@example.gov,Ada\r\n', {
    notification_count: '1',
    template_id: dev.ready.templates.email,
    valid: 'True',
    original_file_name: 'later.csv',
  });
  const when = new Date(Date.now() + 3_600_000).toISOString();
  assert.equal((await ask('POST', '/job', { id, created_by: author, scheduled_for: when })).body.data.job_status, 'scheduled');
  assert.equal((await ask('GET', '/job/scheduled-job-stats')).body.count, 1);
  assert.equal((await ask('POST', `/job/${id}/cancel`, {})).body.data.job_status, 'cancelled');
  assert.equal((await ask('GET', '/job/scheduled-job-stats')).body.count, 0);
});

test('a contact list goes with its file', async () => {
  const id = upload('email address\r\nada@example.gov\r\n', { row_count: '1', valid: 'True', original_file_name: 'list.csv', template_type: 'email' });
  const list = { id, original_file_name: 'list.csv', row_count: 1, template_type: 'email', created_by: author };
  assert.equal((await ask('POST', '/contact-list', list)).status, 201);
  assert.equal((await ask('GET', '/contact-list')).body[0].created_by, 'Ada Lovelace');
  assert.ok(existsSync(fileOf(id)));
  assert.equal((await ask('DELETE', `/contact-list/${id}`)).status, 204);
  assert.deepEqual((await ask('GET', '/contact-list')).body, []);
  assert.ok(!existsSync(fileOf(id)));
});
