// The fault matrix in short: what script/faults runs at length. Each test is one installation, and the ledger is checked at its end; cells that take
// minutes (silent servers, frozen connections that outlast a request) are left to the script.
import { test } from 'node:test';
import { runCells } from './faults/cells.mjs';

const report = (context, figures) => context.diagnostic(JSON.stringify(figures));

test('kill -9 of api, worker, scheduler, PostgreSQL and one of its backends, 20 times', async (context) =>
  report(context, await runCells(['kill_all'], { kills: 20 })));

test('connections to PostgreSQL break at each step, are all taken by others, freeze', async (context) => {
  const breaking = ['cut_before_query', 'cut_within_query', 'cut_after_commit', 'cut_within_answer'];
  report(context, await runCells([...breaking, 'exhausted', 'frozen'], { breaks: 6, exhaustedSeconds: 2, frozenSeconds: 4 }));
});

test('the mail server refuses, defers, hangs up, loses its answers, is slow, is away', async (context) => {
  const failing = ['smtp_refuses', 'smtp_defers', 'smtp_cuts', 'smtp_loses_answers', 'smtp_is_slow', 'smtp_is_away'];
  report(context, await runCells(failing, { offences: 6, awaySeconds: 2 }));
});
