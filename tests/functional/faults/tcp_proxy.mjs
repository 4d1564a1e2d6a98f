// Between Herald and PostgreSQL: passes bytes on, until it is told to break connections at a step of the protocol (version 3, without TLS).
import { connect, createServer } from 'node:net';

const kReadyForQuery = 0x5a;

export class TcpProxy {
  constructor(target) {
    this.target = target;
    this.links = new Set();
    this.fault = null;
    this.broken = 0;
    this.server = createServer({ allowHalfOpen: true }, (client) => new Link(this, client));
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  close() {
    for (const link of [...this.links]) link.cut();
    this.server.close();
  }

  // The next `count` connections that come to this step are broken, each once. Steps:
  // 'before_query'  a statement has been sent to us; the server never sees it, both sides are cut
  // 'within_query'  the server gets half of the statement's bytes
  // 'after_commit'  the server has done and committed all of it; its answer is lost
  // 'within_answer' Herald gets half of the answer's bytes
  // 'half_open'     the server's side is gone; Herald's stays open and silent, and nobody tells it
  break(fault, count) {
    this.fault = fault;
    this.left = count;
  }

  strikes(step) {
    if (this.fault !== step || this.left === 0) return false;
    this.left -= 1;
    this.broken += 1;
    if (this.left === 0) this.fault = null;
    return true;
  }

  // Nothing passes, in neither direction, on no connection, new ones included: until thaw().
  freeze() {
    this.frozen = true;
    for (const link of this.links) link.pause();
  }

  thaw() {
    this.frozen = false;
    for (const link of this.links) link.resume();
  }
}

class Link {
  constructor(proxy, client) {
    this.proxy = proxy;
    this.client = client;
    this.server = connect(proxy.target, '127.0.0.1');
    this.started = false; // the first ReadyForQuery ends the start-up
    this.halfOpen = false;
    proxy.links.add(this);
    for (const socket of [client, this.server]) {
      socket.setNoDelay(true);
      for (const event of ['error', 'close', 'end']) {
        socket.on(event, () => {
          if (socket === client || !this.halfOpen) this.cut();
        });
      }
    }
    client.on('data', (bytes) => this.fromHerald(bytes));
    this.server.on('data', (bytes) => this.fromServer(bytes));
    if (proxy.frozen) this.pause();
  }

  pause() {
    this.client.pause();
    this.server.pause();
  }

  resume() {
    this.client.resume();
    this.server.resume();
  }

  cut() {
    this.proxy.links.delete(this);
    this.client.destroy();
    this.server.destroy();
  }

  fromHerald(bytes) {
    if (this.halfOpen) return undefined;
    if (!this.started) return this.server.write(bytes);
    if (this.proxy.strikes('before_query')) return this.cut();
    if (this.proxy.strikes('within_query')) {
      // Sent, and then the end: the server has to have the half.
      this.server.end(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      this.client.destroy();
      return undefined;
    }
    if (this.proxy.strikes('half_open')) {
      this.halfOpen = true;
      this.server.destroy();
      return undefined;
    }
    return this.server.write(bytes);
  }

  // A chunk that ends with ReadyForQuery is the answer to all that was sent, after its commit.
  fromServer(bytes) {
    if (this.halfOpen) return undefined;
    const answered = bytes.length >= 6 && bytes[bytes.length - 6] === kReadyForQuery;
    if (!this.started) {
      this.started = answered;
      return this.client.write(bytes);
    }
    if (answered && this.proxy.strikes('after_commit')) return this.cut();
    if (answered && this.proxy.strikes('within_answer')) {
      this.client.end(bytes.subarray(0, Math.floor(bytes.length / 2)));
      this.server.destroy();
      return undefined;
    }
    return this.client.write(bytes);
  }
}
