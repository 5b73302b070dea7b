import { connect as connectTcp, type Socket } from 'node:net';

const AGAIN_MS = 500;
const CRLF = '\r\n';

/**
 * Publishes to NATS and does nothing else, so that a thread that has only this to do need not load the client: 8 MB. It connects by itself, again and again; what is published while it is not connected is dropped.
 * Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export class NatsPublisher {
  readonly #servers: URL[];
  readonly #name: string;
  #at = 0;
  #socket: Socket | undefined;
  #rest = '';
  #ready = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  /** `url`: nats:// or tls://, with user and password; several separated by commas. */
  constructor(url: string, name: string) {
    this.#servers = url.split(',').map((one) => new URL(one.trim()));
    this.#name = name;
    this.#connect();
  }

  publish(subject: string, payload: string): void {
    if (this.#ready) this.#socket?.write(`PUB ${subject} ${Buffer.byteLength(payload)}${CRLF}${payload}${CRLF}`);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.end();
  }

  #connect(): void {
    const server = this.#servers[this.#at++ % this.#servers.length];
    if (this.#stopped || !server) return;
    const socket = connectTcp(Number(server.port || 4222), server.hostname.replace(/^\[|\]$/g, ''));
    this.#socket = socket;
    this.#rest = '';
    socket.once('data', (chunk: Buffer) => {
      this.#greet(chunk.toString('latin1'), socket, server).catch(() => socket.destroy());
    });
    this.#watch(socket);
  }

  /** The server's INFO comes first, and in the clear; then the connection is secured, if it is to be. */
  async #greet(info: string, plain: Socket, server: URL): Promise<void> {
    const secure = server.protocol === 'tls:' || info.includes('"tls_required":true');
    // Loaded only where it is needed: it costs 4 MB.
    const socket = secure ? (await import('node:tls')).connect({ socket: plain, servername: server.hostname }) : plain;
    if (secure) this.#watch(socket);
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#hear(chunk.toString('latin1')));
    const [first = server] = this.#servers;
    const options = {
      verbose: false,
      pedantic: false,
      lang: 'node',
      version: '1',
      protocol: 1,
      name: this.#name,
      ...(first.username && { user: decodeURIComponent(first.username) }),
      ...(first.password && { pass: decodeURIComponent(first.password) }),
    };
    socket.write(`CONNECT ${JSON.stringify(options)}${CRLF}PING${CRLF}`);
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split(CRLF);
    this.#rest = (lines.pop() ?? '').slice(-65_536);
    for (const line of lines) {
      if (line === 'PING') this.#socket?.write(`PONG${CRLF}`);
      // Answers our own: the credentials were accepted.
      else if (line === 'PONG') this.#ready = true;
    }
  }

  #watch(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (socket !== this.#socket) return;
      this.#ready = false;
      this.#socket = undefined;
      if (!this.#stopped) this.#timer = setTimeout(() => this.#connect(), AGAIN_MS);
    });
  }
}
