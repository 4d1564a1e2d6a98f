// What a machine has, for one that is to fail: a disk that is small, a clock that can be moved.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

function asRoot(...command) {
  const [program, ...args] = process.getuid() === 0 ? command : ['sudo', '--non-interactive', ...command];
  return run(program, args);
}

// A small file system of its own. Gives what takes it away again.
export async function mountSmall(folder, megabytes) {
  mkdirSync(folder);
  await asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0777`, 'herald-test', folder);
  return () => asRoot('umount', folder);
}

// Until not a byte fits. Gives what makes room again.
export function fill(folder) {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  for (const size of [1 << 20, 4096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch (failure) {
      assert.equal(failure.code, 'ENOSPC');
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

// The environment of a process whose clock is what `file` says, as an offset; what only measures how time passes is left alone.
export function fakedClock(file) {
  const folder = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime`).find((path) => existsSync(path));
  if (!folder) throw new Error('there is no libfaketime: script/bootstrap installs it');
  if (!existsSync(file)) setClock(file, 0);
  return {
    LD_PRELOAD: join(folder, 'libfaketimeMT.so.1'),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

// Takes effect within a second.
export function setClock(file, offset) {
  writeFileSync(file, `${offset < 0 ? '' : '+'}${offset}`);
}
