// An email from the API through the queue and a real Postfix into a maildir, read back by Python's own parser.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, removeFolder, request, startDev, temporaryFolder } from './herald.mjs';

const here = dirname(fileURLToPath(import.meta.url));

async function withPostfix(check) {
  const folder = temporaryFolder();
  const ready = join(folder, 'postfix.json');
  const command = [join(here, 'smtp_server.py'), join(here, '../../.deps/postfix'), ready];
  const [program, ...rest] = process.getuid() === 0 ? ['python3', ...command] : ['sudo', '--non-interactive', 'python3', ...command];
  const server = spawn(program, rest, { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    await eventually('Postfix answers', () => {
      if (server.exitCode !== null) throw new Error(`Postfix did not start: ${server.exitCode}`);
      return existsSync(ready);
    });
    await check(JSON.parse(readFileSync(ready, 'utf8')), folder);
  } finally {
    // The server goes when its ready file does.
    rmSync(ready, { force: true });
    await ended;
    removeFolder(folder);
  }
}

test('an email reaches its maildir as it was meant, and its status is sent', () =>
  withPostfix(async (postfix, folder) => {
    const dev = await startDev({
      folder,
      env: {
        HERALD_PROVIDERS_EMAIL: 'smtp',
        HERALD_SMTP_HOST: '127.0.0.1',
        HERALD_SMTP_PORT: String(postfix.plain),
        HERALD_SMTP_TLS: 'none',
      },
    });
    try {
      const { base_url: base, keys, templates, email_reply_to_id: replyTo } = dev.ready;
      const sent = await request(base, 'POST', '/v2/notifications/email', {
        key: keys.normal,
        body: {
          email_address: 'private.person@example.org',
          template_id: templates.email,
          personalisation: { name: 'Zoë <b>' },
          email_reply_to_id: replyTo,
          one_click_unsubscribe_url: 'https://example.gov/unsubscribe/1',
        },
      });
      assert.equal(sent.status, 201);
      const read = await eventually('it is sent', async () => {
        const answer = await request(base, 'GET', `/v2/notifications/${sent.body.id}`, { key: keys.normal });
        return answer.body.status !== 'created' && answer.body;
      });
      assert.equal(read.status, 'sent');

      const inbox = join(postfix.mail, 'inbox', 'new');
      const [file] = await eventually('it is in the maildir', () => existsSync(inbox) && readdirSync(inbox).length && readdirSync(inbox));
      const mail = JSON.parse(execFileSync('python3', [join(here, 'read_mail.py'), join(inbox, file)], { encoding: 'utf8' }));
      const header = (name) => mail.headers.find(([key]) => key.toLowerCase() === name)?.[1];
      assert.equal(mail.type, 'multipart/alternative');
      assert.deepEqual(mail.defects, []);
      assert.deepEqual(mail.to, ['private.person@example.org']);
      assert.equal(mail.from_address, sent.body.content.from_email);
      assert.equal(header('subject'), sent.body.content.subject);
      assert.equal(header('list-unsubscribe'), '<https://example.gov/unsubscribe/1>');
      assert.equal(header('list-unsubscribe-post'), 'List-Unsubscribe=One-Click');
      assert.ok(header('reply-to').includes('@'));
      assert.ok(header('message-id').includes(sent.body.id));
      const [plain, html] = mail.parts;
      assert.ok(plain.content.includes('Hello Zoë <b>'));
      assert.ok(html.content.includes('Zoë &lt;b&gt;') && !html.content.includes('Zoë <b>'));
    } finally {
      await dev.stop();
    }
  }));
