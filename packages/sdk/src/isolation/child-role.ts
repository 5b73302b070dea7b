import type { Handler } from '../define/define-handler.js';

const ROLE = Symbol.for('jobflow.handler-child');

/**
 * What a process that exists to run one handler keeps: the handlers that its module defined. On the global object, so
 * that another copy of this package, which the module may import, finds it.
 */
export interface ChildRole {
  readonly handlers: Map<string, Handler>;
  /** The module went on to run a worker: whatever it defines is defined by now. */
  readonly workerStarted: PromiseWithResolvers<void>;
}

/** The role of this process, if it is one that runs a single handler. */
export const childRole = (): ChildRole | undefined =>
  (globalThis as Record<symbol, unknown>)[ROLE] as ChildRole | undefined;

/** Makes this process one that runs a single handler. */
export function becomeChild(): ChildRole {
  const role: ChildRole = { handlers: new Map(), workerStarted: Promise.withResolvers() };
  (globalThis as Record<symbol, unknown>)[ROLE] = role;
  return role;
}
