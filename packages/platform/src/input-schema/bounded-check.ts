import vm from 'node:vm';

/** How long all the checks of a request may still take together, in milliseconds. */
export interface Patience {
  leftMs: number;
}

/** A check took longer than it may; `pattern` is what it was busy with. */
export class CheckTooSlow extends Error {
  constructor(readonly pattern?: string) {
    super(
      pattern === undefined
        ? "takes too long to check against the job's inputSchema"
        : `the pattern ${pattern} takes too long on this text`,
    );
  }
}

/** What a check that nobody watches may cost, at the very most: some 10 ms where it was measured. */
const CERTAIN_STEPS = 10_000_000;
/** The longest that one check may take. */
export const LONGEST_MS = 200;

const RUN = new vm.Script('run()');
const UNCERTAIN = Symbol('this may take more steps than are left');
let guarded: vm.Context | undefined;
let stepsLeft = 0;
let watching = false;
let matching: string | undefined;

/**
 * Runs a check that may take for ever, since anybody with the role USER writes schemas and inputs. One that certainly
 * takes few steps just runs; any other is watched.
 * @param steps that it takes at most, those that it tells of by `matchBounded` aside
 * @throws CheckTooSlow
 */
export function boundedCheck<T>(steps: number, patience: Patience, check: () => T): T {
  if (steps <= CERTAIN_STEPS) {
    stepsLeft = CERTAIN_STEPS - steps;
    try {
      return check();
    } catch (error) {
      if (error !== UNCERTAIN) throw error;
    }
  }
  const began = performance.now();
  try {
    return watched(Math.min(LONGEST_MS, patience.leftMs), check);
  } finally {
    patience.leftMs -= performance.now() - began;
  }
}

/** Of what is under way: that matching this pattern takes at most so many steps. */
export function matchBounded(pattern: string, steps: number, match: () => boolean): boolean {
  if (!watching) {
    stepsLeft -= steps;
    if (stepsLeft < 0) throw UNCERTAIN;
    return match();
  }
  matching = pattern;
  const matched = match();
  matching = undefined;
  return matched;
}

/**
 * Runs something under a watchdog, which costs some 0.15 ms and can interrupt whatever it is.
 * @throws CheckTooSlow when it took longer than it may
 */
export function watched<T>(mostMs: number, run: () => T): T {
  if (!(mostMs > 0)) throw new CheckTooSlow();
  guarded ??= vm.createContext({});
  guarded.run = run;
  watching = true;
  matching = undefined;
  try {
    return RUN.runInContext(guarded, { timeout: Math.ceil(mostMs) }) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new CheckTooSlow(matching);
    throw error;
  } finally {
    watching = false;
    guarded.run = undefined;
  }
}
