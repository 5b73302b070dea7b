import { setTimeout as wait } from 'node:timers/promises';
import type { Json, RunDefinition } from '@jobflow/contracts';
import { defaultRetryPolicy } from '@jobflow/contracts';
import { Redactor } from '@jobflow/platform';
import { type KindContext, NoRetry } from '@jobflow/sdk';

export interface FakeContext extends KindContext {
  /** What was logged, as `STREAM message`. */
  readonly lines: string[];
  readonly told: { percent: number; message: string | undefined }[];
  /** What `secret` answers with, by name. */
  readonly secrets: Record<string, string>;
  /** Asks it to end, as a cancellation or a soft limit does. */
  ask(): void;
  /** Ends it, as a hard limit does. */
  end(): void;
}

/** A context as the engine gives it, for tests of kinds without an engine. */
export function fakeContext(spec: Json, input: Json = {}, fields: Partial<RunDefinition> = {}): FakeContext {
  const soft = new AbortController();
  const hard = new AbortController();
  const lines: string[] = [];
  const secrets: Record<string, string> = {};
  const redactor = new Redactor();
  const told: FakeContext['told'] = [];
  const run: RunDefinition = {
    id: '0193581c-7b5e-7000-8000-000000000000',
    job: 'tested',
    jobRevision: 1,
    kind: 'HTTP',
    spec,
    queue: 'default',
    priority: 5,
    retry: defaultRetryPolicy,
    timeout: {},
    createdAt: 0,
    ...fields,
  };
  const tell = (stream: string, message: string) => void lines.push(`${stream} ${redactor.text(message)}`);
  const log = (message: string) => tell('LOG', message);
  const unused = (): never => {
    throw new Error('kinds throw NoRetry, RetryAt and Snooze themselves');
  };
  const context: FakeContext = {
    run,
    input,
    runId: run.id,
    job: run.job,
    attempt: 1,
    tags: [],
    traceparent: undefined,
    signal: soft.signal,
    kill: hard.signal,
    logger: { debug: log, info: log, warn: log, error: log },
    line: (_level, stream, message) => tell(stream, message),
    async secret(name) {
      const value = secrets[name];
      if (value === undefined) throw new NoRetry(`There is no secret named ${name}`, { code: 'SECRET_MISSING' });
      redactor.add(value);
      return value;
    },
    redactor,
    secrets,
    linesLost: () => undefined,
    heartbeat: () => undefined,
    progress: (percent, message) => void told.push({ percent, message }),
    retryAt: unused,
    noRetry: unused,
    snooze: unused,
    withInput: () => context,
    lines,
    told,
    ask: () => soft.abort(),
    end: () => hard.abort(),
  };
  return context;
}

/** What it is rejected with; undefined if it is not. */
export const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );

/** The rest of the first line that starts so, once there is one. */
export const lineStarting = async (context: FakeContext, prefix: string) => {
  for (;;) {
    const line = context.lines.find((text) => text.startsWith(prefix));
    if (line) return line.slice(prefix.length);
    await wait(10);
  }
};
