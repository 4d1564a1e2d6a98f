// An installation to break: PostgreSQL, an SMTP sink, and a process each for the roles api, worker and scheduler, with a steady load of messages.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Server, eventually, herald, removeFolder, request, temporaryFolder } from '../herald.mjs';
import { fakedClock, mountSmall } from './machine.mjs';
import { Postgres, freePort } from './postgres.mjs';
import { SmtpSink } from './smtp_sink.mjs';
import { TcpProxy } from './tcp_proxy.mjs';

// Pauses are short, so that what a dead worker held comes back while the test waits.
const kShortPauses = {
  HERALD_DELIVERY_UNCERTAIN_AFTER_SECONDS: '1',
  HERALD_DELIVERY_LOOK_UP_AFTER_SECONDS: '1',
  HERALD_DELIVERY_RETRY_SECONDS: '1',
  HERALD_CALLBACKS_RETRY_SECONDS: '1',
  HERALD_CALLBACKS_ALLOW_PRIVATE_ADDRESSES: 'true',
  HERALD_SHUTDOWN_DRAIN_SECONDS: '60',
};

// What the capture provider pretends for some numbers; everyone else's receipt comes soon after.
const kTextMessages = {
  '+12025550110': '',
  '+12025550111': 'receipt=before_answer',
  '+12025550112': 'receipt=twice receipt_after_ms=200',
  '+12025550113': 'receipt=lost',
  '+12025550114': 'answer=uncertain receipt=lost',
  '+12025550115': 'fail_first=2',
  '+12025550116': 'answer=reject',
  '+12025550117': 'answer_after_ms=1500 receipt=before_answer',
};
const kNumbers = Object.keys(kTextMessages);
const kCaptureScript = kNumbers.map((number) => kTextMessages[number] && `${number} ${kTextMessages[number]}`).filter(Boolean).join('; ');

export class Site {
  // `postgres`: as Postgres.make takes it. `proxied`: Herald reaches PostgreSQL through a TcpProxy. `env`: of Herald.
  // `disk`: { holds: 'data' or 'wal', megabytes }, a small file system for that. `clocks`: each process has a clock of its own, to be moved.
  static async make({ postgres = {}, proxied = false, env = {}, disk = null, clocks = false } = {}) {
    const site = new Site();
    site.folder = temporaryFolder();
    site.servers = {};
    site.clocks = clocks ? {} : null;
    try {
      if (disk) await site.mount(disk.megabytes);
      const small = disk ? { [disk.holds]: join(site.disk, 'pg') } : {};
      site.postgres = await Postgres.make(site.folder, { ...postgres, ...small });
      site.sink = new SmtpSink();
      await site.sink.listen();
      site.proxy = proxied ? new TcpProxy(site.postgres.port) : null;
      await site.proxy?.listen();
      await site.configure(env);
      await site.populate();
      await Promise.all(['scheduler', 'worker', 'api'].map((role) => site.start(role)));
    } catch (failure) {
      await site.close();
      throw failure;
    }
    return site;
  }

  async mount(megabytes) {
    this.disk = join(this.folder, 'disk');
    this.unmount = await mountSmall(this.disk, megabytes);
  }

  async configure(env) {
    const ring = await herald(['keys', 'generate']);
    this.ports = { api: await freePort(), worker: await freePort(), scheduler: await freePort() };
    this.base = `http://127.0.0.1:${this.ports.api}`;
    this.env = {
      ...kShortPauses,
      HERALD_DATABASE_URL: this.postgres.url(),
      HERALD_SECURITY_KEYS: ring.stdout.trim(),
      HERALD_SECURITY_INTERNAL_SECRET: 'not a secret: only this test knows the port',
      HERALD_PROVIDERS_EMAIL: 'smtp',
      HERALD_PROVIDERS_SMS: 'capture',
      HERALD_CAPTURE_SCRIPT: `${kCaptureScript}; * receipt_after_ms=100`,
      HERALD_SMTP_HOST: '127.0.0.1',
      HERALD_SMTP_PORT: String(this.sink.port),
      HERALD_SMTP_TLS: 'none',
      ...env,
    };
  }

  async populate() {
    await this.command('migrate');
    const service = await this.command('service', 'create', 'Town hall', '--live', '--message-limit', '100000000', '--rate-limit', '10000000');
    this.service = service.id;
    const template = async (type, ...words) =>
      (await this.command('template', 'create', '--service', service.id, '--type', type, '--name', type, '--content', 'Dear ((name))', ...words)).id;
    this.templates = { email: await template('email', '--subject', 'News for ((name))'), sms: await template('sms') };
    this.key = (await this.command('key', 'create', '--service', service.id, '--name', 'load')).key;
    // From here on Herald's processes go through the proxy, while commands keep to the direct way.
    this.serverEnv = { ...this.env, ...(this.proxy ? { HERALD_DATABASE_URL: this.postgres.url(this.proxy.port) } : {}) };
  }

  // A one-shot command's answer. Past the proxy.
  async command(...words) {
    const json = words[0] === 'migrate' ? [] : ['--json'];
    const answer = await herald([...words, ...json], { cwd: this.folder, env: this.env });
    assert.equal(answer.code, 0, `herald ${words.join(' ')}: ${answer.stderr}`);
    return json.length ? JSON.parse(answer.stdout) : answer.stdout;
  }

  async start(role, { env = {} } = {}) {
    const folder = join(this.folder, role);
    mkdirSync(folder, { recursive: true });
    const listen = role === 'api' ? ['--port', String(this.ports.api)] : ['--set', `monitoring.port=${this.ports[role]}`];
    if (this.clocks) Object.assign(env, fakedClock((this.clocks[role] ??= join(folder, 'clock'))));
    const server = new Server(['serve', '--roles', role, ...listen], { env: { ...this.serverEnv, ...env }, folder });
    this.servers[role] = server;
    await eventually(`the ${role} answers`, async () => {
      if (server.exit !== null) throw new Error(`herald serve --roles ${role} ended: ${JSON.stringify(server.exit)}\n${server.log().slice(-4000)}`);
      return this.metrics(role).then(
        () => true,
        () => false,
      );
    });
  }

  async kill(role) {
    await this.servers[role].kill();
  }

  async metrics(role) {
    const answer = await fetch(`http://127.0.0.1:${this.ports[role]}/metrics`, { signal: AbortSignal.timeout(10_000) });
    assert.equal(answer.status, 200);
    return answer.text();
  }

  // As if much time had passed: nobody is there to end what a worker that was killed had claimed, and that lasts for longer than a test.
  // Only while no worker runs: the leases of a living one are its own.
  async endLeases() {
    assert.ok(this.servers.worker.exit !== null, 'a worker runs');
    await this.postgres.query('UPDATE queue_leases SET lease_until = now(); UPDATE callback_tasks SET run_at = now()');
  }

  async restartWorker() {
    assert.deepEqual(await this.servers.worker.stop(), { code: 0, signal: null }, 'the worker ends when it is asked to');
    await this.endLeases();
    await this.start('worker');
  }

  // Seconds by which the clock of a process is ahead, as its answers say.
  async clockOffset(role) {
    const answer = await fetch(`http://127.0.0.1:${this.ports[role]}/_status`, { signal: AbortSignal.timeout(10_000) });
    await answer.text();
    return (Date.parse(answer.headers.get('date')) - Date.now()) / 1000;
  }

  // For whoever looks into a failure: the folder is gone by then.
  lastWords() {
    const ends = Object.entries(this.servers).map(([role, server]) => [role, server.log()]);
    return [...ends, ['postgres', this.postgres.log()]].map(([who, log]) => `--- ${who}\n${log.slice(-1500)}`).join('\n');
  }

  async close() {
    await Promise.all(Object.values(this.servers).map((server) => server.exit ?? server.kill()));
    this.proxy?.close();
    this.sink?.close();
    if (this.postgres?.child && this.postgres.running()) await this.postgres.stop();
    await this.unmount?.();
    removeFolder(this.folder);
  }

  send(channel, number) {
    const to = channel === 'email' ? { email_address: `person-${number}@example.gov` } : { phone_number: kNumbers[Math.floor(number / 4) % kNumbers.length] };
    const body = { ...to, template_id: this.templates[channel], personalisation: { name: `Person ${number}` } };
    return request(this.base, 'POST', `/v2/notifications/${channel}`, { key: this.key, body });
  }
}
