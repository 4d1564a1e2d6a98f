// The fault matrix. A cell is a fault that hits an installation under load; afterwards the rates of before are reached again and the ledger is right.
//
// A cell: { site: what Site.make takes, run(site, ledger, options) }.
import { connectionCells } from './connections.mjs';
import { killCells } from './kills.mjs';
import { Ledger } from './ledger.mjs';
import { machineCells } from './machine_faults.mjs';
import { providerCells } from './provider_faults.mjs';
import { Site } from './site.mjs';

export const cells = { ...killCells, ...connectionCells, ...providerCells, ...machineCells };

const kOptions = {
  kills: 5,
  breaks: 12,
  frozenSeconds: 35, // requests end after 30
  exhaustedSeconds: 5,
  offences: 20,
  awaySeconds: 5,
  fullSeconds: 3,
};

// Gives the figures of the ledger. Several cells may hit one installation, one after the other; all of it is checked at the end.
export async function runCells(names, options = {}) {
  const wanted = names.map((name) => cells[name].site ?? {});
  const site = await Site.make(Object.assign({}, ...wanted));
  try {
    const ledger = new Ledger(site);
    ledger.start();
    await ledger.baseline();
    const recoveredInMs = {};
    for (const name of names) {
      await cells[name].run(site, ledger, { ...kOptions, ...options });
      recoveredInMs[name] = await ledger.recovered();
    }
    await ledger.stop();
    await ledger.settle();
    return { ...(await ledger.check()), recoveredInMs };
  } catch (failure) {
    console.error(`${names.join(', ')}: ${failure.stack}\n${site.lastWords()}`);
    throw failure;
  } finally {
    await site.close();
  }
}
