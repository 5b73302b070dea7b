import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface GraphQLErrorShape {
  message: string;
  path?: (string | number)[];
  extensions: {
    code: string;
    fields?: Record<string, string>;
    correlationId?: string;
    retryable?: boolean;
    [key: string]: unknown;
  };
}
// biome-ignore lint/suspicious/noExplicitAny: what a query answers is known to the test that asks it
export type Loose = Record<string, any>;

export interface Answer<T = Loose> {
  status: number;
  data: T | null;
  errors?: GraphQLErrorShape[];
  extensions?: { position?: string };
}

/** A client that knows only the public API: JSON over HTTP, and graphql-transport-ws. */
export class ApiClient implements Disposable {
  private token = '';
  private position: string | undefined;
  private sockets: Client | undefined;

  constructor(readonly url: string) {}

  async signIn(email: string, password: string): Promise<void> {
    const { login } = await this.must(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken user { role } } }',
      { email, password },
    );
    this.token = login.accessToken;
  }

  useToken(token: string): void {
    this.token = token;
  }

  async ask(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(this.position ? { 'x-jobflow-position': this.position } : {}),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const answer = { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
    if (answer.extensions?.position) this.position = answer.extensions.position;
    return answer;
  }

  /** Asks, and takes any error for a failure of the test. */
  async must(query: string, variables: Record<string, unknown> = {}): Promise<Loose> {
    const answer = await this.ask(query, variables);
    if (answer.errors || !answer.data) throw new Error(`${query}\n${JSON.stringify(answer.errors, null, 1)}`);
    return answer.data;
  }

  /** Frames of a subscription, until the caller stops reading. */
  async *subscribe(query: string, variables: Record<string, unknown> = {}): AsyncGenerator<Loose> {
    this.sockets ??= createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${this.token}` }),
    });
    for await (const frame of this.sockets.iterate<Loose>({ query, variables })) {
      if (frame.errors) throw new Error(JSON.stringify(frame.errors));
      if (frame.data) yield frame.data;
    }
  }

  /** Looks at a run, then watches it over runUpdates from there, until it meets the condition; the run as last seen. */
  async watchRun(id: string, until: (run: Loose) => boolean): Promise<Loose> {
    const fields =
      'id status attempt result error { message code retryable } startedAt finishedAt dueAt createdAt revision deadLetter';
    const { runs } = await this.must(
      `query ($ids: [ID!]) { runs(filter: { ids: $ids }) { position nodes { ${fields} } } }`,
      { ids: [id] },
    );
    const [now] = runs.nodes;
    if (now && until(now)) return now;
    const frames = this.subscribe(
      `subscription ($ids: [ID!], $after: String) { runUpdates(filter: { ids: $ids }, after: $after) { position gap runs { ${fields} } } }`,
      { ids: [id], after: runs.position },
    );
    for await (const { runUpdates } of frames) {
      for (const run of runUpdates.runs) if (until(run)) return run;
    }
    throw new Error(`the subscription ended before run ${id} got there`);
  }

  [Symbol.dispose](): void {
    void this.sockets?.dispose();
  }
}

export const isEnded = (run: Loose): boolean => ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'].includes(run.status);
