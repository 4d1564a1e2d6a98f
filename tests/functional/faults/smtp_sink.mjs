// An SMTP server that keeps a list of what it took, and that misbehaves as its rule says. What it has taken is the truth about hand-overs: it is written
// down before the answer goes out, by a process that no fault hits.
import { createServer } from 'node:net';

// A rule gives, for a message and how often it was offered before: 'accept', 'refuse' (550), 'defer' (451), 'cut' (in the middle of the message),
// 'lose' (taken, and the connection breaks instead of an answer), 'silent' (taken, and no answer ever), or a number: accepted after so many ms.
const kUsual = () => 20; // so that there is always something under way

export class SmtpSink {
  constructor() {
    this.rule = kUsual;
    this.taken = new Map(); // notification id -> moments at which it was taken
    this.offers = new Map(); // notification id -> how often it was offered
    this.withheld = 0; // taken without an answer
    this.times = [];
    this.open = new Set();
    this.server = createServer((socket) => new Session(this, socket));
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  behave(rule = kUsual) {
    this.rule = rule;
  }

  // As a server that is being restarted: connections end, new ones are refused, until listen() with the same port.
  async away() {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async back() {
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
  }

  close() {
    for (const socket of this.open) socket.destroy();
    this.server.close();
  }

  take(id) {
    const now = Date.now();
    this.times.push(now);
    if (!this.taken.has(id)) this.taken.set(id, []);
    this.taken.get(id).push(now);
  }

  offered(id) {
    const before = this.offers.get(id) ?? 0;
    this.offers.set(id, before + 1);
    return this.rule(id, before);
  }
}

class Session {
  constructor(sink, socket) {
    this.sink = sink;
    this.socket = socket;
    this.received = '';
    this.inMessage = false;
    sink.open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sink.open.delete(socket));
    socket.on('data', (bytes) => this.read(bytes.toString('latin1')));
    this.say('220 sink.example ESMTP');
  }

  say(line) {
    if (!this.socket.destroyed) this.socket.write(`${line}\r\n`);
  }

  read(text) {
    this.received += text;
    for (;;) {
      const end = this.received.indexOf(this.inMessage ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return this.maybeCut();
      const part = this.received.slice(0, end);
      this.received = this.received.slice(end + (this.inMessage ? 5 : 2));
      if (this.inMessage) this.message(part);
      else this.command(part);
    }
  }

  command(line) {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'DATA') {
      this.inMessage = true;
      this.verdict = undefined;
      this.say('354 go on');
    } else if (verb === 'QUIT') {
      this.say('221 bye');
      this.socket.end();
    } else {
      if (verb === 'RCPT') this.recipient = line.slice('RCPT TO:'.length);
      this.say(verb === 'EHLO' ? '250 sink.example' : '250 ok');
    }
  }

  // The rule is asked as soon as the headers tell which message it is.
  judge(text) {
    const id = /^Message-ID: <([0-9a-f-]{36})@/im.exec(text)?.[1];
    if (!id || this.verdict !== undefined) return id;
    this.verdict = this.sink.offered(id);
    return id;
  }

  maybeCut() {
    if (!this.inMessage) return;
    this.judge(this.received);
    if (this.verdict === 'cut') this.socket.destroy();
  }

  message(text) {
    this.inMessage = false;
    const id = this.judge(text);
    if (!id) throw new Error('a message without our Message-ID');
    if (this.verdict === 'cut') return this.socket.destroy();
    if (this.verdict === 'refuse') return this.say(`550 5.7.1 ${this.recipient} is not here`); // servers quote addresses
    if (this.verdict === 'defer') return this.say(`451 4.3.0 ${this.recipient} is busy`);
    this.sink.take(id);
    if (this.verdict === 'lose' || this.verdict === 'silent') this.sink.withheld += 1;
    if (this.verdict === 'lose') return this.socket.destroy();
    if (this.verdict === 'silent') return undefined;
    if (typeof this.verdict === 'number') return setTimeout(() => this.say('250 2.0.0 taken'), this.verdict);
    return this.say('250 2.0.0 taken');
  }
}
