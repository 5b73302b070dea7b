import type { ContainedProcess } from './contained-process.js';

/** When a process is to end: first it is asked, then it is killed. */
export interface ProcessContext {
  readonly signal: AbortSignal;
  readonly kill: AbortSignal;
}

/** Ends a process with its attempt: asked to end (SIGTERM) at `signal`, killed with all it started at `kill`. */
export function stopWithContext(ctx: ProcessContext, process: ContainedProcess): Disposable {
  const ask = () => process.terminate();
  const kill = () => process.kill();
  ctx.signal.addEventListener('abort', ask, { once: true });
  ctx.kill.addEventListener('abort', kill, { once: true });
  if (ctx.signal.aborted) ask();
  if (ctx.kill.aborted) kill();
  return {
    [Symbol.dispose]() {
      ctx.signal.removeEventListener('abort', ask);
      ctx.kill.removeEventListener('abort', kill);
    },
  };
}
