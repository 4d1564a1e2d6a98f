// The acked ledger: what was promised (each 201) and what was handed over (each message that the SMTP sink took), written down outside of Herald, and
// compared with what Herald says at the end.
import assert from 'node:assert/strict';
import { eventually } from '../herald.mjs';

const kFinal = [4, 5, 6, 7, 8, 9]; // sent, delivered, failed, technical-, temporary-, permanent-failure
const kEmail = 1;
const kSent = 4;
const kUncertain = 4; // the kind of the event
const kQueueTables = ['queue_ready', 'queue_leases', 'queue_retries', 'queue_held', 'awaiting_receipts', 'callback_tasks'];
const kTick = 20; // ms
const kEmails = 0.75; // of the load
const kMostUnderWay = 400;

export class Ledger {
  constructor(site) {
    this.site = site;
    this.acked = new Map(); // id -> when
    this.ackedAt = [];
    this.refused = {}; // status -> count
    this.broken = 0; // no answer: nothing was promised
    this.skipped = 0; // not sent, for too many were waiting already
    this.windows = []; // [from, to] of each fault
    this.worst = 0; // ms of the slowest answer
  }

  // A steady load: so many messages a second, whatever becomes of them; every fourth is a text message.
  start(perSecond = 50) {
    this.perSecond = perSecond;
    const begun = Date.now();
    let made = 0;
    this.underWay = new Set();
    this.timer = setInterval(() => {
      for (; made < ((Date.now() - begun) / 1000) * perSecond; made += 1) {
        if (this.underWay.size >= kMostUnderWay) {
          this.skipped += 1;
          continue;
        }
        const sending = this.send(made).finally(() => this.underWay.delete(sending));
        this.underWay.add(sending);
      }
    }, kTick);
  }

  async send(number) {
    const begun = Date.now();
    let answer;
    try {
      answer = await this.site.send(number % 4 === 3 ? 'sms' : 'email', number);
    } catch {
      this.broken += 1;
      return;
    }
    this.worst = Math.max(this.worst, Date.now() - begun);
    if (answer.status === 201) {
      this.acked.set(answer.body.id, Date.now());
      this.ackedAt.push(Date.now());
    } else {
      this.refused[answer.status] = (this.refused[answer.status] ?? 0) + 1;
    }
  }

  async stop() {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
  }

  // Runs a fault, and remembers when it was.
  async fault(what) {
    const window = [Date.now(), Infinity];
    this.windows.push(window);
    await what();
    window[1] = Date.now();
  }

  // Messages a second of `times` (accepted, or taken by the sink): the median over the half seconds of the last `seconds`.
  static rate(times, seconds, now = Date.now()) {
    const counts = Array.from({ length: seconds * 2 }, () => 0);
    for (let i = times.length - 1; i >= 0; i -= 1) {
      const slot = Math.floor((now - times[i]) / 500);
      if (slot >= counts.length) break;
      if (slot >= 0) counts[slot] += 1;
    }
    const sorted = counts.sort((one, other) => one - other);
    const middle = sorted.length / 2;
    return sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]; // two half seconds: a second
  }

  rates(seconds) {
    return { accepted: Ledger.rate(this.ackedAt, seconds), handedOver: Ledger.rate(this.site.sink.times, seconds) };
  }

  // The rates of an installation that works: what is sent to it is accepted and handed over.
  async baseline(seconds = 2) {
    const begun = Date.now();
    await eventually('all that is sent is accepted and handed over', () => {
      this.before = this.rates(seconds);
      const as = (rate, expected) => Math.abs(rate - expected) <= 0.1 * expected;
      const flows = as(this.before.accepted, this.perSecond) && as(this.before.handedOver, this.perSecond * kEmails);
      return flows && Date.now() - begun > seconds * 1000;
    });
  }

  // Waits until both rates are 0.95 of what they were, over `seconds` from now on at least; gives how long that took.
  async recovered({ within = 60_000, seconds = 2 } = {}) {
    const since = Date.now();
    let now;
    await eventually(
      'the rates of before are reached again',
      () => {
        now = this.rates(seconds);
        return Date.now() - since >= seconds * 1000 && now.accepted >= 0.95 * this.before.accepted && now.handedOver >= 0.95 * this.before.handedOver;
      },
      { within },
    ).catch((failure) => {
      throw new Error(`${failure.message}: before ${JSON.stringify(this.before)}, now ${JSON.stringify(now)}`);
    });
    this.after = now;
    return Date.now() - since;
  }

  // Waits until so much has been accepted, and handed over, from now on: an installation that works, before the next fault.
  async progress(messages = 25) {
    const [accepted, taken] = [this.ackedAt.length, this.site.sink.times.length];
    await eventually('messages flow', () => this.ackedAt.length >= accepted + messages && this.site.sink.times.length >= taken + messages / 2);
  }

  async queueIsEmpty() {
    const counts = kQueueTables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ');
    const [[left]] = await this.site.postgres.query(`SELECT ${counts}`);
    return left === '0';
  }

  // After stop(): everything that was accepted comes to its end. Leases that a fault left behind end while no worker runs.
  async settle({ within = 60_000 } = {}) {
    await this.site.restartWorker();
    await eventually('the queue is empty', () => this.queueIsEmpty(), { within }).catch(async (failure) => {
      const counts = await Promise.all(kQueueTables.map(async (table) => `${table} ${(await this.site.postgres.query(`SELECT count(*) FROM ${table}`))[0][0]}`));
      throw new Error(`${failure.message}: ${counts.join(', ')}`);
    });
  }

  // Compares everything; gives the figures, and fails for what must not be.
  async check() {
    const rows = await this.readRows();
    const figures = { acked: this.acked.size, faults: this.windows.length, refused: this.refused, broken: this.broken, skipped: this.skipped };
    figures.lost = [...this.acked.keys()].filter((id) => !rows.has(id)).length;
    figures.unacked = [...rows.keys()].filter((id) => !this.acked.has(id)).length;
    figures.unfinished = [...rows.values()].filter((row) => !kFinal.includes(row.status)).length;
    figures.moreThanOneEnd = [...rows.values()].filter((row) => row.ends !== 1).length;
    figures.statuses = {};
    for (const row of rows.values()) figures.statuses[row.status] = (figures.statuses[row.status] ?? 0) + 1;
    Object.assign(figures, this.compareHandOvers(rows), await this.countInFlight());
    figures.ledgerDifferences = (await this.site.command('task', 'run', 'check_ledger')).done;
    figures.queueEmpty = await this.queueIsEmpty();
    if (this.before) Object.assign(figures, { before: this.before, after: this.after });
    figures.slowestAnswerMs = this.worst;
    this.judge(figures);
    return figures;
  }

  async readRows() {
    const final = kFinal.join(', ');
    const rows = await this.site.postgres.query(
      `SELECT n.id, n.status, n.channel, count(*) FILTER (WHERE e.status IN (${final})), count(*) FILTER (WHERE e.kind = ${kUncertain})
       FROM notifications n LEFT JOIN notification_events e ON e.service_id = n.service_id AND e.notification_id = n.id
       GROUP BY n.id, n.status, n.channel`,
    );
    return new Map(rows.map(([id, status, channel, ends, doubts]) => [id, { status: Number(status), channel: Number(channel), ends: Number(ends), doubts: Number(doubts) }]));
  }

  // Against the sink's list: nothing is said to be sent that was not, and each second copy is one that Herald knows may exist.
  compareHandOvers(rows) {
    const figures = { handedOver: 0, duplicates: 0, unexplainedDuplicates: 0, saidSentButNot: 0, strangers: 0 };
    for (const [id, times] of this.site.sink.taken) {
      const row = rows.get(id);
      figures.handedOver += 1;
      figures.duplicates += times.length - 1;
      if (!row) figures.strangers += 1;
      else if (times.length - 1 > row.doubts) figures.unexplainedDuplicates += 1;
    }
    for (const [id, row] of rows) {
      if (row.channel === kEmail && row.status === kSent && !this.site.sink.taken.has(id)) figures.saidSentButNot += 1;
    }
    return figures;
  }

  // Attempts that were under way during the faults: begun before the end of one, and without a result before it began.
  async countInFlight() {
    if (this.windows.length === 0) return { inFlight: 0 };
    const windows = this.windows.map(([from, to]) => `(${from / 1000}, ${Math.min(to, Date.now()) / 1000})`).join(', ');
    const [[inFlight]] = await this.site.postgres.query(
      `WITH fault (begun, ended) AS (SELECT to_timestamp(f), to_timestamp(t) FROM (VALUES ${windows}) v (f, t)),
       tried AS (
         SELECT s.notification_id, s.at AS begun,
                (SELECT min(r.at) FROM notification_events r
                 WHERE r.service_id = s.service_id AND r.notification_id = s.notification_id AND r.attempt = s.attempt AND r.kind IN (3, 4, 5, 7)) AS ended
         FROM notification_events s WHERE s.kind = 2
       )
       SELECT count(*) FROM tried t WHERE EXISTS (SELECT FROM fault f WHERE t.begun <= f.ended AND (t.ended IS NULL OR t.ended >= f.begun))`,
    );
    return { inFlight: Number(inFlight) };
  }

  judge(figures) {
    const text = JSON.stringify(figures);
    for (const name of ['lost', 'unfinished', 'moreThanOneEnd', 'unexplainedDuplicates', 'saidSentButNot', 'strangers', 'ledgerDifferences'])
      assert.equal(figures[name], 0, `${name}: ${text}`);
    assert.ok(figures.queueEmpty, `the queue is not empty: ${text}`);
    assert.ok(figures.acked > 0, `nothing was accepted: ${text}`);
    assert.ok(figures.duplicates <= figures.inFlight, `more were handed over twice than were in flight: ${text}`);
    for (const status of Object.keys(figures.refused)) assert.ok(['429', '503'].includes(status), `refused with ${status}: ${text}`);
  }
}
