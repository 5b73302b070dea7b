import vm from 'node:vm';

/** A pattern of a job's input schema took longer than it may. */
export class PatternTooSlow extends Error {
  constructor(readonly pattern: string) {
    super(`the pattern ${pattern} takes too long on this text`);
  }
}

const TEST = new vm.Script('pattern.test(text)');
const SLOWEST_MS = 50;
/** A quantified group is what makes a pattern take exponential time. */
const QUANTIFIED_GROUP = /\)[*+{]/;
const SHORT = 200;

/**
 * ajv's way of matching, for schemas that anybody with the role USER may write: what could backtrack for long is
 * matched under a watchdog, which costs some 0.3 ms and can be interrupted; plain patterns on short texts are not.
 */
export function boundedPattern(pattern: string, flags: string): { test(text: string): boolean; toString(): string } {
  const compiled = new RegExp(pattern, flags);
  const risky = QUANTIFIED_GROUP.test(pattern);
  let guarded: vm.Context | undefined;
  return {
    test(text) {
      if (!risky && text.length <= SHORT) return compiled.test(text);
      guarded ??= vm.createContext({ pattern: compiled });
      guarded.text = text;
      try {
        return TEST.runInContext(guarded, { timeout: SLOWEST_MS }) as boolean;
      } catch (error) {
        if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new PatternTooSlow(pattern);
        throw error;
      } finally {
        guarded.text = '';
      }
    },
    // ajv takes two patterns with the same text for one.
    toString: () => String(compiled),
  };
}
// Only for ajv's stand-alone code, which is not used here.
boundedPattern.code = 'boundedPattern';
