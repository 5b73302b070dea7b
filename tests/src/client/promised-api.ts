import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, type ExecutionResult, GraphQLError, graphql, parse, subscribe } from 'graphql';

const schema = buildSchema(readFileSync(new URL('../../../contracts/api.graphql', import.meta.url), 'utf8'));

// biome-ignore lint/suspicious/noExplicitAny: arguments have the shape of whatever was sent
type Arguments = Record<string, any>;
export type Answers = Record<string, (args: Arguments, asked: Asked) => unknown>;

export interface Asked {
  field: string;
  variables: Arguments;
  headers: IncomingMessage['headers'];
  /** Ends when the client goes away. */
  gone: AbortSignal;
}

/** What happens to one request instead of an answer: `before` it is carried out, or to what it answered. */
export type Fault = 'refuse' | 'lose the answer' | 'break the stream' | { status: number; body: string };

/**
 * A little server of exactly the API that contracts promises, whether Jobflow has all of it yet or not: what is asked is
 * checked against it, and root fields are answered by the test.
 */
export async function startPromisedApi(answers: Answers) {
  const asked: Asked[] = [];
  const faults: Fault[] = [];
  let position: string | undefined;
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: Error) => response.destroy(error));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const field = /\{\s*(\w+)/.exec(query.replace(/^[^{]*/, ''))?.[1] ?? '';
    const about: Asked = { field, variables: variables ?? {}, headers: request.headers, gone: gone.signal };
    asked.push(about);
    const fault = faults.shift();
    if (typeof fault === 'object') return void response.writeHead(fault.status).end(fault.body);
    if (fault === 'refuse') return void response.destroy();
    const rootValue = Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [name, (args: Arguments) => answer(args, about)]),
    );
    if (request.headers.accept?.includes('text/event-stream')) {
      return stream(query, variables, rootValue, response, fault === 'break the stream');
    }
    const result = await graphql({ schema, source: query, variableValues: variables, rootValue });
    if (fault === 'lose the answer') return void response.destroy();
    const extensions = position === undefined ? {} : { extensions: { position } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...result, ...extensions }));
  }

  async function stream(query: string, variables: Arguments, root: object, response: ServerResponse, breaks: boolean) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    const result = await subscribe({ schema, document: parse(query), variableValues: variables, rootValue: root });
    const frames = Symbol.asyncIterator in result ? result : [result as ExecutionResult];
    for await (const frame of frames) {
      // What was written arrives, and then the line goes dead without a last chunk.
      response.write(`event: next\ndata: ${JSON.stringify(frame)}\n\n`, () => breaks && response.socket?.end());
      if (breaks) return;
    }
    response.end('event: complete\ndata: \n\n');
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    /** The fields asked for so far, subscriptions included. */
    fields: () => asked.map(({ field }) => field),
    /** What befalls the next requests, one each. */
    befall: (...next: (Fault | undefined)[]) => void faults.push(...(next as Fault[])),
    answerAt: (at: string) => {
      position = at;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A refusal as the gateway words it. */
export function refuse(code: string, facts: Record<string, unknown> = {}): never {
  throw new GraphQLError(`refused: ${code}`, {
    extensions: { code, correlationId: 'c-1', retryable: false, ...facts },
  });
}

/** A run with everything that a test does not care about. */
export function runOf(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    job: 'mail',
    status: 'QUEUED',
    queue: 'default',
    priority: 5,
    attempt: 1,
    maxAttempts: 3,
    tags: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    revision: 1,
    ...fields,
  };
}
