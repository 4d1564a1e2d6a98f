// kill -9 of each process, while the load runs and the others work; started anew at once, as a service manager does.
import { eventually } from '../herald.mjs';

// Each kills, and gives what starts it anew: only what was under way at the kill may be handed over twice.
const victims = {
  async api(site) {
    await site.kill('api');
    return () => site.start('api');
  },
  async worker(site) {
    await site.kill('worker');
    return async () => {
      await site.endLeases();
      await site.start('worker');
    };
  },
  async scheduler(site) {
    await site.kill('scheduler');
    return () => site.start('scheduler');
  },
  async postgres(site) {
    await site.postgres.kill();
    return () => site.postgres.start();
  },
  // The one that did something for Herald last: the postmaster, once it has seen that, ends all the others and recovers.
  async backend(site) {
    const list = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'herald %' ORDER BY query_start DESC NULLS LAST LIMIT 1`;
    const [pid] = await eventually('there is a backend', async () => (await site.postgres.query(list).catch(() => []))[0]);
    process.kill(Number(pid), 'SIGKILL');
    await eventually('PostgreSQL has seen it', () => site.postgres.log().includes(`(PID ${pid}) was terminated by signal 9`));
    return () => site.postgres.start();
  },
};

// So many kills, of these in turn; each when the installation has worked again since the last one.
const killing =
  (...names) =>
  async (site, ledger, { kills }) => {
    for (let count = 0; count < kills; count += 1) {
      await ledger.progress();
      let startAnew;
      await ledger.fault(async () => {
        startAnew = await victims[names[count % names.length]](site);
      });
      await startAnew();
    }
  };

export const killCells = {
  nothing: { run: (site, ledger) => ledger.progress(100) },
  kill_api: { run: killing('api') },
  kill_worker: { run: killing('worker') },
  kill_scheduler: { run: killing('scheduler') },
  kill_postgres: { run: killing('postgres') },
  kill_backend: { run: killing('backend') },
  kill_all: { run: killing(...Object.keys(victims)) },
};
