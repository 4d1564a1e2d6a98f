// kill -9 of the worker at random moments while one job becomes messages and its messages are handed over: as many messages as rows, each row once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../herald.mjs';
import { Site } from './site.mjs';

const kLongestLife = 600; // ms of a worker before it is killed
const kEmail = 1;

// As the file store keeps an object: docs/operating.md, "Objects".
function putFile(folder, key, text) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, key.replaceAll('/', '%2F')), `{"metadata":{}}\n${text}`, { mode: 0o600 });
}

async function addJob(site, folder, rows) {
  const id = randomUUID();
  const key = `service-${site.service}-notify/${id}.csv`;
  const lines = Array.from({ length: rows }, (_, row) => `person-${row}@example.gov,Person ${row}`);
  putFile(folder, key, `email address,name\r\n${lines.join('\r\n')}\r\n`);
  await site.postgres.query(
    `INSERT INTO jobs (service_id, id, original_file_name, object_key, template_id, template_version, channel, key_type, notification_count, status,
                       created_at, claim_at)
     VALUES ('${site.service}', '${id}', 'people.csv', '${key}', '${site.templates.email}', 1, ${kEmail}, 1, ${rows}, 'pending', now(), now())`,
  );
  return id;
}

async function progress(site, job) {
  const [[status, next, written]] = await site.postgres.query(`SELECT status, next_row, rows_written FROM jobs WHERE id = '${job}'`);
  return { status, next: Number(next), written: Number(written) };
}

// Gives the figures, and fails for what must not be.
export async function killDuringJob({ rows, kills }) {
  const site = await Site.make({ env: { HERALD_JOBS_BATCH_ROWS: '50', HERALD_JOBS_LEASE_SECONDS: '5', HERALD_LOG_LEVEL: 'warning' } });
  try {
    const folder = join(site.folder, 'objects');
    await site.servers.worker.stop();
    site.serverEnv.HERALD_OBJECTS_FOLDER = folder;
    site.sink.behave(() => 'accept');
    const job = await addJob(site, folder, rows);
    let killsWhileWriting = 0;
    for (let count = 0; count < kills; count += 1) {
      await site.start('worker');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * kLongestLife));
      await site.kill('worker');
      if ((await progress(site, job)).status !== 'finished') killsWhileWriting += 1;
      // As if the lease of a dead process had ended.
      await site.postgres.query(`UPDATE jobs SET claim_at = now() WHERE claim_at IS NOT NULL`);
      await site.endLeases();
    }
    await site.start('worker');
    await eventually('the job is written', async () => (await progress(site, job)).status === 'finished', { within: 300_000 });
    await eventually('all is handed over', () => site.sink.taken.size >= rows, { within: 600_000 });
    await site.restartWorker();
    await eventually('nothing waits any more', async () => (await site.postgres.query(
      `SELECT (SELECT count(*) FROM queue_ready) + (SELECT count(*) FROM queue_leases) + (SELECT count(*) FROM queue_retries)`))[0][0] === '0', { within: 120_000 });
    const [[messages, distinct, segments]] = await site.postgres.query(
      `SELECT count(*), count(DISTINCT job_row_number), (SELECT count(*) FROM job_segments) FROM notifications WHERE job_id = '${job}'`);
    const [[doubts]] = await site.postgres.query('SELECT count(*) FROM notification_events WHERE kind = 4');
    const twice = [...site.sink.taken.values()].filter((times) => times.length > 1).length;
    const figures = { rows, kills, killsWhileWriting, messages: Number(messages), distinct: Number(distinct), segments: Number(segments),
      handedOverTwice: twice, doubts: Number(doubts), ledgerDifferences: (await site.command('task', 'run', 'check_ledger')).done };
    const text = JSON.stringify(figures);
    assert.equal(figures.messages, rows, text);
    assert.equal(figures.distinct, rows, text);
    assert.equal(figures.ledgerDifferences, 0, text);
    assert.ok(twice <= figures.doubts, `something was handed over twice without a doubt before: ${text}`);
    return figures;
  } catch (failure) {
    console.error(`${failure.stack}\n${site.lastWords()}`);
    throw failure;
  } finally {
    await site.close();
  }
}
