// The fault matrix. A cell is an installation, a fault that hits it under load, and what the ledger must say afterwards.
import { eventually } from '../herald.mjs';
import { Ledger } from './ledger.mjs';
import { Site } from './site.mjs';

// The processes of one installation are killed in turn, `kills` times, each while the load runs and the others work.
async function killing(victims, { kills = 3 } = {}) {
  return withSite({ rule: () => 20 }, async (site, ledger) => {
    await ledger.baseline();
    for (let count = 0; count < kills; count += 1) {
      await progress(ledger, 25);
      await ledger.fault(() => victims[count % victims.length](site));
    }
    await ledger.recovered();
  });
}

// So much is accepted and handed over from now on: an installation that works, before the next fault.
async function progress(ledger, messages) {
  const [accepted, taken] = [ledger.ackedAt.length, ledger.site.sink.times.length];
  await eventually('messages flow again', () => ledger.ackedAt.length >= accepted + messages && ledger.site.sink.times.length >= taken + messages / 2);
}

async function withSite(options, body) {
  const site = await Site.make(options);
  try {
    const ledger = new Ledger(site);
    ledger.start(options.perSecond);
    await body(site, ledger);
    await ledger.stop();
    await ledger.settle();
    return await ledger.check();
  } finally {
    await site.close();
  }
}

const victims = {
  async api(site) {
    await site.kill('api');
    await site.start('api');
  },
  async worker(site) {
    await site.kill('worker');
    await site.endLeases();
    await site.start('worker');
  },
  async scheduler(site) {
    await site.kill('scheduler');
    await site.start('scheduler');
  },
  async postgres(site) {
    await site.postgres.kill();
    await site.postgres.start();
  },
  // One that works for Herald, while it does: the postmaster then ends all the others and recovers.
  async backend(site) {
    const list = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'herald %' ORDER BY query_start DESC NULLS LAST LIMIT 1`;
    const [pid] = await eventually('there is a backend', async () => (await site.postgres.query(list).catch(() => []))[0]);
    await site.postgres.query(`SELECT 1`);
    process.kill(Number(pid), 'SIGKILL');
    await site.postgres.start();
  },
};

export const cells = {
  nothing: (options) => killing([async () => {}], options),
  kill_api: (options) => killing([victims.api], options),
  kill_worker: (options) => killing([victims.worker], options),
  kill_scheduler: (options) => killing([victims.scheduler], options),
  kill_postgres: (options) => killing([victims.postgres], options),
  kill_backend: (options) => killing([victims.backend], options),
  kill_all: (options) => killing(Object.values(victims), options),
};
