import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Call } from './answer-calls.js';

/** A process of its own that does as it is told. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Has it carry out one of the calls it answers. Rejects with its reason, or when it ends before it has answered. */
  call<T = void>(name: string, argument?: unknown): Promise<T>;
}

const ENDING_MS = 10_000;

/** Starts a file of `programs/`, by its name, and opens it with its configuration; resolves when it is ready. */
export async function startProgram(name: string, config: object, execArgv: string[] = []): Promise<Program> {
  const file = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));
  const child = fork(file, { execArgv, serialization: 'advanced' });
  const calls = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  let ended: Error | undefined;
  child.on('message', ({ id, value, error }: Answer) => {
    const call = calls.get(id);
    calls.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(`${name}: ${error}`));
  });
  child.once('exit', (code, signal) => {
    ended = new Error(`${name} ended with ${signal ?? code}`);
    for (const call of calls.values()) call.reject(ended);
  });
  const program: Program = {
    pid: child.pid ?? 0,
    call<T>(what: string, argument?: unknown): Promise<T> {
      if (ended) return Promise.reject(ended);
      const call = Promise.withResolvers<unknown>();
      const message: Call = { id: ++last, name: what, argument };
      calls.set(message.id, call);
      call.promise.catch(() => undefined); // whoever waits hears of it
      child.send(message);
      return call.promise as Promise<T>;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
  try {
    await program.call('open', config);
  } catch (error) {
    await end(child);
    throw error;
  }
  return program;
}

/** It stops by itself when its parent turns away; one that does not is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), ENDING_MS);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(timer);
}
