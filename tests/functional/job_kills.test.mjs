// A job survives kill -9 of its worker: script/faults --job-kills 100 does it at length.
import { test } from 'node:test';
import { killDuringJob } from './faults/job.mjs';

test('kill -9 of the worker, 8 times in one job: each row becomes one message', async (context) =>
  context.diagnostic(JSON.stringify(await killDuringJob({ rows: 20_000, kills: 8 }))));
