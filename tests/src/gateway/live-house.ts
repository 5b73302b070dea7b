import { once } from 'node:events';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { until } from '../platform/backed.js';
import { type Answer, type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

export const HEALTH = 'subscription { health { status position checks { code status } } }';

/** A gateway, and whoever is connected to it. */
export class LiveHouse implements AsyncDisposable {
  private readonly left: (() => unknown)[] = [];

  private constructor(
    readonly house: GatewayHouse,
    readonly gateway: GatewayProcess,
    /** The admin's token. */
    readonly root: string,
  ) {}

  static async open(): Promise<LiveHouse> {
    const house = await openGatewayHouse();
    const gateway = await house.start();
    return new LiveHouse(house, gateway, (await gateway.signIn()).token);
  }

  /** Ends every connection that was opened here. */
  async leave(): Promise<void> {
    for (const leave of this.left.splice(0)) await leave();
  }

  /** It is ended by `leave`, at the latest. */
  leaving(leave: () => unknown): void {
    this.left.push(leave);
  }

  /** A socket that speaks the protocol by hand. */
  async openSocket(at = this.gateway, headers: Record<string, string> = {}) {
    const socket = new WebSocket(wsUrl(at), 'graphql-transport-ws', { headers });
    this.left.push(() => socket.terminate());
    const messages: { type: string; id?: string; payload?: Answer & Answer['errors'] }[] = [];
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
    await once(socket, 'open');
    const send = (message: object) => socket.send(JSON.stringify(message));
    return {
      socket,
      messages,
      closed,
      send,
      init: async (token: string, more = {}) => {
        send({ type: 'connection_init', payload: { authorization: `Bearer ${token}`, ...more } });
        await until(
          () => messages.some(({ type }) => type === 'connection_ack'),
          'the connection is acknowledged',
          5_000,
        );
      },
      subscribe: (id: string, query: string, variables = {}) =>
        send({ id, type: 'subscribe', payload: { query, variables } }),
      next: async (id: string, type = 'next') => {
        const found = () => messages.find((message) => message.id === id && message.type === type);
        await until(() => found() !== undefined, `${type} of ${id}`, 5_000);
        return found()?.payload;
      },
    };
  }

  client(token: string, at = this.gateway): Client {
    const made = createClient({
      url: wsUrl(at),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    this.left.push(() => made.dispose());
    return made;
  }

  async newUser(role: string) {
    const email = `live${Math.random()}@example.com`;
    const password = 'a good password';
    const create = `mutation ($e: String!, $p: String!) { createUser(email: $e, password: $p, role: ${role}) { id } }`;
    const { data } = await this.gateway.ask(create, { e: email, p: password }, this.root);
    return { id: data?.createUser.id as string, ...(await this.gateway.signIn(email, password)) };
  }

  /** The events of one operation as an event stream, until it ends or the caller has seen enough. */
  async stream(
    query: string,
    token: string | undefined,
    enough: (events: [string, Answer][]) => boolean,
    at = this.gateway,
  ) {
    const leaving = new AbortController();
    this.left.push(() => leaving.abort());
    const response = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    });
    const events: [string, Answer][] = [];
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? [];
        if (event) events.push([event, data ? JSON.parse(data) : undefined]);
      }
      if (enough(events)) break;
    }
    leaving.abort();
    return { response, events };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await this.house[Symbol.asyncDispose]();
  }
}

const wsUrl = (at: GatewayProcess) => `${at.url.replace('http', 'ws')}/graphql`;
