// The real binary for the end-to-end tests: `herald dev` in a folder of its own, on a free port. BINARY_UNDER_TEST says which one.
import { spawn, execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const binary = process.env.BINARY_UNDER_TEST;
if (!binary) throw new Error('BINARY_UNDER_TEST is not set: run the tests with ctest, or set it to build/release/herald');

const run = promisify(execFile);

// What only broken code exceeds.
const patience = 60_000;

// Asks again until `condition` gives something true; fails loudly when it never does.
export async function eventually(what, condition, { within = patience } = {}) {
  const until = Date.now() + within;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`did not happen within ${within} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), 'herald-test-'));
}

// One start of a `herald` process that stays.
export class Server {
  constructor(args, { env = {}, folder }) {
    this.folder = folder;
    this.logFile = join(folder, 'herald.log');
    const log = openSync(this.logFile, 'a');
    this.child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: ['ignore', log, log], cwd: folder });
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
    this.exit = null;
    this.ended.then((exit) => (this.exit = exit));
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  async stop() {
    if (this.exit === null) this.child.kill('SIGTERM');
    return this.ended;
  }

  async kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}

// `herald dev`, ready to be asked. `folder` is kept from one start to the next by the caller.
export async function startDev({ folder = temporaryFolder(), env = {}, args = [], port = 0 } = {}) {
  const readyFile = join(folder, 'ready.json');
  rmSync(readyFile, { force: true });
  const server = new Server(
    ['dev', '--data', join(folder, 'data'), '--port', String(port), '--ready-file', readyFile, ...args],
    { env, folder },
  );
  await eventually('herald dev is ready', () => {
    if (server.exit !== null) throw new Error(`herald dev ended: ${JSON.stringify(server.exit)}\n${server.log()}`);
    return existsSync(readyFile);
  });
  server.ready = JSON.parse(readFileSync(readyFile, 'utf8'));
  return server;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}

// A one-shot command. Never throws for its exit code.
export async function herald(args, { cwd, env = {} } = {}) {
  try {
    const { stdout, stderr } = await run(binary, args, { cwd, env: { ...process.env, ...env } });
    return { code: 0, stdout, stderr };
  } catch (failure) {
    if (typeof failure.code !== 'number') throw failure;
    return { code: failure.code, stdout: failure.stdout, stderr: failure.stderr };
  }
}

function encode(data) {
  return Buffer.from(data).toString('base64url');
}

// A token as the client libraries make it; written here once more so that the check does not rest on our own code.
export function token(key) {
  const service = key.slice(-73, -37);
  const secret = key.slice(-36);
  const signed = `${encode('{"typ":"JWT","alg":"HS256"}')}.${encode(
    JSON.stringify({ iss: service, iat: Math.floor(Date.now() / 1000) }),
  )}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

// One request; the answer's body is parsed when it is JSON.
export async function request(base, method, path, { key, body, headers = {} } = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: {
      ...(key ? { Authorization: `Bearer ${token(key)}` } : {}),
      ...(body !== undefined ? { 'Content-Type': 'application/json' } : {}),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  let parsed = text;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: the text itself.
  }
  return { status: answer.status, headers: answer.headers, body: parsed };
}

export function postmasterPid(folder) {
  return Number(readFileSync(join(folder, 'data', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

