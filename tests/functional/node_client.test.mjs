// The official Node client, unmodified: every method that is not about letters, against a running `herald dev`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createServer } from 'node:http';
import client from 'notifications-node-client';
import { eventually, herald, removeFolder, startDev } from './herald.mjs';

let dev;
let live;

before(async () => {
  dev = await startDev();
  live = new client.NotifyClient(dev.ready.base_url, dev.ready.keys.normal);
});

after(async () => {
  await dev?.stop();
  if (dev) removeFolder(dev.folder);
});

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    return error.response;
  }
  throw new Error('it was not refused');
}

const statusOf = async (id) => (await live.getNotificationById(id)).data.status;
const delivered = (id) => eventually(`${id} is delivered`, async () => (await statusOf(id)) === 'delivered');

test('a text message is sent, read and delivered', async () => {
  const { templates, sms_sender_id: smsSenderId } = dev.ready;
  const sent = await live.sendSms(templates.sms, '+12025550123', {
    personalisation: { name: 'Ada' },
    reference: 'sms-1',
    smsSenderId,
  });
  assert.equal(sent.status, 201);
  assert.equal(sent.data.reference, 'sms-1');
  assert.match(sent.data.content.body, /Ada/);
  assert.equal(typeof sent.data.content.from_number, 'string');
  assert.equal(sent.data.template.id, templates.sms);
  await delivered(sent.data.id);

  const read = (await live.getNotificationById(sent.data.id)).data;
  assert.equal(read.type, 'sms');
  assert.equal(read.phone_number, '+12025550123');
  assert.equal(read.email_address, null);
  assert.equal(read.body, sent.data.content.body);
  assert.ok(read.sent_at && read.completed_at && read.created_at);
});

test('an email is sent with every option, read and delivered', async () => {
  const sent = await live.sendEmail(dev.ready.templates.email, 'Ada@Example.gov', {
    personalisation: { name: 'Ada [x](https://example.com/y)' },
    reference: 'email-1',
    emailReplyToId: dev.ready.email_reply_to_id,
    oneClickUnsubscribeURL: 'https://example.gov/unsubscribe/1',
    sanitiseContentFor: ['name'],
  });
  assert.equal(sent.status, 201);
  assert.equal(sent.data.content.one_click_unsubscribe_url, 'https://example.gov/unsubscribe/1');
  assert.ok(sent.data.sanitised_content.name.sanitised);
  assert.match(sent.data.content.from_email, /@/);
  await delivered(sent.data.id);

  const read = (await live.getNotificationById(sent.data.id)).data;
  assert.equal(read.email_address, 'Ada@Example.gov');
  assert.equal(read.one_click_unsubscribe_url, 'https://example.gov/unsubscribe/1');
  assert.equal(read.postage, null);
  assert.equal(read.is_cost_data_ready, true);
});

test('messages are listed, filtered and paged', async () => {
  const ids = [];
  for (let i = 0; i < 3; i += 1) {
    const sent = await live.sendSms(dev.ready.templates.sms, '+12025550124', {
      personalisation: { name: 'page' },
      reference: 'page',
    });
    ids.unshift(sent.data.id);
  }
  await Promise.all(ids.map(delivered));

  const found = (await live.getNotifications('sms', 'delivered', 'page')).data;
  assert.deepEqual(found.notifications.map((one) => one.id), ids);
  assert.ok(found.links.current && found.links.next);
  const older = (await live.getNotifications('sms', undefined, 'page', ids[0])).data;
  assert.deepEqual(older.notifications.map((one) => one.id), ids.slice(1));
  assert.deepEqual((await live.getNotifications('email', undefined, 'page')).data.notifications, []);
});

test('templates are read by id, by version, all and by type, and previewed', async () => {
  const { sms, email } = dev.ready.templates;
  const one = (await live.getTemplateById(email)).data;
  assert.equal(one.id, email);
  assert.ok(one.version >= 2);
  assert.deepEqual(one.personalisation, { name: { required: true } });
  assert.equal(one.letter_contact_block, null);
  const first = (await live.getTemplateByIdAndVersion(email, 1)).data;
  assert.equal(first.version, 1);

  const all = (await live.getAllTemplates()).data.templates;
  assert.ok(all.some((template) => template.id === sms) && all.some((template) => template.id === email));
  const onlySms = (await live.getAllTemplates('sms')).data.templates;
  assert.ok(onlySms.length > 0 && onlySms.every((template) => template.type === 'sms'));

  const shown = (await live.previewTemplateById(email, { name: 'Ada' })).data;
  assert.match(shown.body, /Hello Ada/);
  assert.match(shown.html, /Ada/);
  const missing = await refusal(live.previewTemplateById(sms, {}));
  assert.equal(missing.status, 400);
  assert.deepEqual(missing.data.errors, [{ error: 'BadRequestError', message: 'Missing personalisation: name' }]);
});

test('received text messages are listed', async () => {
  const { received_text_messages: texts } = (await live.getReceivedTexts()).data;
  assert.ok(texts.length > 0);
  assert.deepEqual(Object.keys(texts[0]).sort(), [
    'content',
    'created_at',
    'id',
    'notify_number',
    'service_id',
    'user_number',
  ]);
  assert.deepEqual((await live.getReceivedTexts(texts.at(-1).id)).data.received_text_messages, []);
});

test('team and test keys keep their promises', async () => {
  const { keys, templates } = dev.ready;
  const team = new client.NotifyClient(dev.ready.base_url, keys.team);
  const refused = await refusal(team.sendSms(templates.sms, '+12025550199', { personalisation: { name: 'x' } }));
  assert.equal(refused.status, 400);
  assert.match(refused.data.errors[0].message, /team-only API key/);

  const trial = new client.NotifyClient(dev.ready.base_url, keys.test);
  const status = async (id) => (await trial.getNotificationById(id)).data.status;
  const failing = await trial.sendEmail(templates.email, 'perm-fail@simulator.notify', {
    personalisation: { name: 'x' },
  });
  await eventually('a test message fails as asked', async () => (await status(failing.data.id)) === 'permanent-failure');
  const temporary = await trial.sendEmail(templates.email, 'temp-fail@simulator.notify', {
    personalisation: { name: 'x' },
  });
  await eventually('temporary failure', async () => (await status(temporary.data.id)) === 'temporary-failure');
});

test('a file is refused as long as the service has not set up files', async () => {
  const refused = await refusal(
    live.sendEmail(dev.ready.templates.email, 'ada@example.gov', {
      personalisation: { name: live.prepareUpload(Buffer.from('a file')) },
    }),
  );
  assert.equal(refused.status, 400);
  assert.match(refused.data.errors[0].message, /^Send files by email has not been set up/);
});

test('errors come in the shape the client hands on', async () => {
  const key = dev.ready.keys.normal;
  const wrongKey = new client.NotifyClient(dev.ready.base_url, key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'));
  const refused = await refusal(wrongKey.getAllTemplates());
  assert.equal(refused.status, 403);
  assert.equal(refused.data.errors[0].error, 'AuthError');
  const unknown = await refusal(live.getNotificationById('00000000-0000-4000-8000-000000000000'));
  assert.equal(unknown.status, 404);
  assert.deepEqual(unknown.data, { status_code: 404, errors: [{ error: 'NoResultFound', message: 'No result found' }] });
});

test('the service is called back when a message is delivered', async () => {
  const calls = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: JSON.parse(body) });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${receiver.address().port}/receipts`;
    const set = await herald(
      ['service', 'callback', dev.ready.service_id, '--type', 'delivery_status', '--url', url, '--bearer-token', 'a-long-enough-token', '--data', 'data'],
      { cwd: dev.folder },
    );
    assert.equal(set.code, 0, set.stderr);
    const sent = await live.sendEmail(dev.ready.templates.email, 'ada@example.gov', {
      personalisation: { name: 'Ada' },
      reference: 'with-callback',
    });
    const call = await eventually('the callback arrives', () => calls.find((one) => one.body.id === sent.data.id));
    assert.equal(call.headers.authorization, 'Bearer a-long-enough-token');
    assert.equal(call.headers['content-type'], 'application/json');
    assert.deepEqual(Object.keys(call.body).sort(), [
      'completed_at',
      'created_at',
      'id',
      'notification_type',
      'reference',
      'sent_at',
      'status',
      'template_id',
      'template_version',
      'to',
    ]);
    assert.equal(call.body.status, 'delivered');
    assert.equal(call.body.to, 'ada@example.gov');
    assert.equal(call.body.reference, 'with-callback');
  } finally {
    receiver.close();
  }
});
