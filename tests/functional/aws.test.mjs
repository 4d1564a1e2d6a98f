// From the API through the queue to Amazon: an email into npm's aws-ses-v2-local, a text message to a stand-in for SNS that answers as its
// documentation has it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import sesLocal from 'aws-ses-v2-local';
import { eventually, removeFolder, request, startDev, temporaryFolder } from './herald.mjs';

const loopback = (server) => `http://127.0.0.1:${server.address().port}`;

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
async function startSns(published) {
  const server = createServer(async (incoming, answer) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    published.push({ form: new URLSearchParams(body), authorization: incoming.headers.authorization });
    answer.writeHead(200, { 'Content-Type': 'text/xml' });
    answer.end(
      '<PublishResponse xmlns="https://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0' +
        '</MessageId></PublishResult><ResponseMetadata><RequestId>d74b8436</RequestId></ResponseMetadata></PublishResponse>'
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

test('emails go to SES and wait for their receipt, text messages go to SNS and are sent', async () => {
  const folder = temporaryFolder();
  const published = [];
  const ses = await sesLocal.default({ host: '127.0.0.1', port: 0 });
  const sns = await startSns(published);
  const dev = await startDev({
    folder,
    env: {
      HERALD_PROVIDERS_EMAIL: 'ses',
      HERALD_PROVIDERS_SMS: 'sns',
      HERALD_SES_ENDPOINT: loopback(ses),
      HERALD_SNS_ENDPOINT: loopback(sns),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a secret that no log holds'.replaceAll(' ', '-'),
    },
  });
  try {
    const { base_url: base, keys, templates } = dev.ready;
    const send = async (channel, recipient) => {
      const body = { ...recipient, template_id: templates[channel], personalisation: { name: 'Zoë' } };
      const sent = await request(base, 'POST', `/v2/notifications/${channel}`, { key: keys.normal, body });
      assert.equal(sent.status, 201);
      return eventually('it is handed over', async () => {
        const answer = await request(base, 'GET', `/v2/notifications/${sent.body.id}`, { key: keys.normal });
        return answer.body.status !== 'created' && answer.body;
      });
    };

    const email = await send('email', {
      email_address: 'private.person@example.org',
      one_click_unsubscribe_url: 'https://example.gov/unsubscribe/1',
    });
    assert.equal(email.status, 'sending');
    const { emails } = await (await fetch(`${loopback(ses)}/store`)).json();
    assert.equal(emails.length, 1);
    assert.deepEqual(emails[0].destination.to, ['private.person@example.org']);
    assert.equal(emails[0].subject, email.subject);
    assert.ok(emails[0].body.text.includes('Zoë') && emails[0].body.html.includes('Zoë'));

    const text = await send('sms', { phone_number: '+12025550177' });
    assert.equal(text.status, 'sent');
    assert.equal(published.length, 1);
    const { form, authorization } = published[0];
    assert.equal(form.get('PhoneNumber'), '+12025550177');
    assert.equal(form.get('Message'), `Demo: ${text.body}`);
    assert.match(authorization, /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/sns\/aws4_request/);

    const log = dev.log();
    for (const kept of ['a-secret-that-no-log-holds', 'private.person', '2025550177']) assert.ok(!log.includes(kept), kept);
  } finally {
    await dev.stop();
    for (const server of [ses, sns]) server.close(), server.closeAllConnections();
    removeFolder(folder);
  }
});
