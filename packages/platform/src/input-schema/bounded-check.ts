import vm from 'node:vm';

/** How long all the checks of a request may still take together, in milliseconds. */
export interface Patience {
  leftMs: number;
}

/** A check took longer than it may. */
export class CheckTooSlow extends Error {
  /** @param starved it got less of the processor than it may take: it says nothing of what was checked */
  constructor(
    message: string,
    readonly starved: boolean,
  ) {
    super(message);
  }
}

/** What a check that nobody watches may cost, at the very most: some 10 ms, if each step finds a mistake. */
const CERTAIN_STEPS = 500_000;
/** The longest that one check may take. */
const LONGEST_MS = 200;

/** How often something is tried, each time twice as long, that got less of the processor than it may take. */
export const TRIES = 3;

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
  return watched(Math.min(LONGEST_MS, patience.leftMs), check, TRIES);
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

const tooSlow = (pattern: string | undefined, starved: boolean) =>
  new CheckTooSlow(
    pattern === undefined
      ? "takes too long to check against the job's inputSchema"
      : `the pattern ${pattern} takes too long on this text`,
    starved,
  );

/**
 * Runs something under a watchdog, which costs some 0.15 ms and can interrupt whatever it is.
 * @param tries how often, if it may be run again after it was interrupted
 * @throws CheckTooSlow when it took longer than it may
 */
export function watched<T>(mostMs: number, run: () => T, tries = 1): T {
  guarded ??= vm.createContext({});
  guarded.run = run;
  watching = true;
  try {
    for (let n = 1; ; n++) {
      matching = undefined;
      const before = process.threadCpuUsage();
      try {
        return RUN.runInContext(guarded, { timeout: Math.ceil(mostMs * 2 ** (n - 1)) }) as T;
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        const { user, system } = process.threadCpuUsage(before);
        const starved = (user + system) / 1_000 < 0.9 * mostMs;
        if (n >= tries || !starved) throw tooSlow(matching, starved);
      }
    }
  } finally {
    watching = false;
    guarded.run = undefined;
  }
}
