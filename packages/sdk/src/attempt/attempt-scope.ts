import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attempt } from './attempt.js';

const scope = new AsyncLocalStorage<Attempt>();

/** Calls a handler so that whatever it sets off later, timers included, is known to be its own. */
export const inScope = <T>(attempt: Attempt, fn: () => T): T => scope.run(attempt, fn);

/** A handler ended its process although others run in it. */
export class HandlerExited extends Error {
  override readonly name = 'HandlerExited';
  readonly code = 'HANDLER_EXITED';
  constructor(exitCode: unknown) {
    super(
      `The handler called process.exit(${exitCode === undefined ? '' : String(exitCode)}): throw an error instead, or define it with isolation: 'process'`,
    );
  }
}

let guards = 0;
let original: typeof process.exit | undefined;

/**
 * While a worker runs handlers in this process, `process.exit` called by one of them fails its attempt instead of
 * ending everybody's process. Called by anybody else it does what it always does. Returns what ends that.
 */
export function guardProcessExit(): () => void {
  guards += 1;
  if (guards === 1) {
    const exit = process.exit;
    original = exit;
    process.exit = ((code?: number | string | null) => {
      const attempt = scope.getStore();
      if (!attempt) return exit(code);
      const error = new HandlerExited(code);
      attempt.threw(error);
      throw error;
    }) as typeof process.exit;
  }
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    guards -= 1;
    if (guards === 0 && original) process.exit = original;
  };
}

/**
 * For a process's `uncaughtException`: if a handler of a worker here set off what threw, its attempt fails with the
 * error and true is returned; false if it was somebody else. To be called in the listener itself.
 */
export function failAttemptOf(error: unknown): boolean {
  const attempt = scope.getStore();
  if (!attempt) return false;
  attempt.threw(error);
  return true;
}
