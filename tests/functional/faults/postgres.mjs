// A PostgreSQL of the test's own, to be killed, filled up and starved: durable settings, reached over a unix socket (by the test) and a loopback port
// (by Herald, with or without a proxy between them).
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../herald.mjs';

const run = promisify(execFile);

// Below the range that the system gives to outgoing connections, so that none of those takes one between two starts.
export async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const free = await new Promise((resolve) => {
      const probe = createServer().once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

function folderOfPrograms() {
  const packaged = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const newest = packaged.sort((one, other) => Number(other) - Number(one)).map((version) => `/usr/lib/postgresql/${version}/bin`);
  const found = [...newest, ...process.env.PATH.split(delimiter)].find((folder) => existsSync(join(folder, 'initdb')));
  if (!found) throw new Error('there is no PostgreSQL: script/bootstrap installs it');
  return found;
}

// PostgreSQL does not run as root: [uid, gid] of who runs it then.
async function unprivileged() {
  if (process.getuid() !== 0) return null;
  const { stdout } = await run('getent', ['passwd', 'postgres', 'nobody']).catch((failure) => failure);
  return stdout.split('\n')[0].split(':').slice(2, 4).map(Number);
}

function asUser(user, program, args) {
  if (!user) return [program, args];
  return ['setpriv', [`--reuid=${user[0]}`, `--regid=${user[1]}`, '--clear-groups', program, ...args]];
}

export class Postgres {
  // `folder` exists and belongs to the test. `settings` are lines of postgresql.conf; `data` and `wal` may lie on file systems of their own.
  static async make(folder, { settings = {}, data = join(folder, 'pg'), wal = join(folder, 'wal') } = {}) {
    const server = new Postgres();
    server.folder = folder;
    server.data = data;
    server.port = await freePort();
    server.user = await unprivileged();
    server.programs = folderOfPrograms();
    server.settings = settings;
    server.child = null;
    chmodSync(folder, 0o711);
    for (const place of [data, wal, `${folder}/socket`]) {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      if (server.user) chownSync(place, ...server.user);
    }
    const initdb = ['-D', data, '-U', 'herald', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--wal-segsize=1', `--waldir=${wal}`];
    await run(...asUser(server.user, join(server.programs, 'initdb'), initdb), { cwd: '/' });
    await server.start();
    await server.query('CREATE DATABASE herald', { database: 'postgres' });
    return server;
  }

  // A postmaster that was killed leaves children behind; a new one is refused until they have noticed.
  async start() {
    await eventually('PostgreSQL runs', async () => {
      if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) this.launch();
      return this.query('SELECT 1', { database: 'postgres' }).then(
        () => true,
        () => false,
      );
    });
  }

  launch() {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: `${this.folder}/socket`,
      shared_buffers: '64MB',
      min_wal_size: '16MB',
      max_wal_size: '48MB',
      recovery_init_sync_method: 'syncfs', // one call instead of a thousand files at every start after a kill
      ...this.settings,
    };
    const args = ['-D', this.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const log = openSync(join(this.folder, 'postgres.log'), 'a');
    this.child = spawn(...asUser(this.user, join(this.programs, 'postgres'), args), { stdio: ['ignore', log, log], cwd: '/' });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  log() {
    return readFileSync(join(this.folder, 'postgres.log'), 'utf8');
  }

  // As a running process, unlike one that has ended by itself.
  running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    this.child.kill('SIGINT');
    await this.ended;
  }

  // Over TCP, at the server itself or at a proxy before it.
  url(port = this.port) {
    return `postgresql://herald@127.0.0.1:${port}/herald?sslmode=disable`;
  }

  // Lines of fields. By the unix socket, past every proxy; the script goes by standard input, so it may be long.
  query(script, { database = 'herald' } = {}) {
    const url = `postgresql://herald@/${database}?host=${encodeURIComponent(`${this.folder}/socket`)}&port=${this.port}`;
    return new Promise((resolve, reject) => {
      const psql = execFile(
        'psql',
        [url, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', '-'],
        { maxBuffer: 1 << 30, timeout: 60_000 },
        (failure, stdout) => (failure ? reject(failure) : resolve(stdout.split('\n').filter(Boolean).map((line) => line.split('|')))),
      );
      psql.stdin.on('error', () => {}); // psql that cannot connect does not read
      psql.stdin.end(script);
    });
  }

  // The server processes of connections over TCP: [{ pid, port }], port being the client's. By their titles, for there may be no connection left to
  // ask with.
  async backends() {
    const { stdout } = await run('ps', ['--ppid', String(this.child.pid), '-o', 'pid=,args=']).catch(() => ({ stdout: '' }));
    const titles = stdout.matchAll(/^ *(\d+) postgres: herald herald 127\.0\.0\.1\((\d+)\)/gm);
    return [...titles].map(([, pid, port]) => ({ pid: Number(pid), port: Number(port) }));
  }

  // One connection that does nothing. Resolves to its socket, or null when the server has none left.
  occupy() {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1').once('error', reject);
      const words = Buffer.from('user\0herald\0database\0herald\0application_name\0hog\0\0');
      const header = Buffer.alloc(8);
      header.writeInt32BE(8 + words.length, 0);
      header.writeInt32BE(196608, 4); // protocol 3.0
      socket.write(Buffer.concat([header, words]));
      socket.once('data', (answer) => {
        if (answer[0] === 0x52 /* R: authentication */) return resolve(socket);
        socket.destroy();
        resolve(null);
      });
    });
  }
}
