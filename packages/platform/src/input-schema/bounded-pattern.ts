import type { Format } from 'ajv';
import { matchBounded } from './bounded-check.js';

/**
 * ajv's way of matching: each match says what it may cost at most, so that a check which could backtrack for long is
 * watched.
 */
export function boundedPattern(pattern: string, flags: string): { test(text: string): boolean; toString(): string } {
  const compiled = new RegExp(pattern, flags);
  const steps = stepsOf(pattern);
  return {
    test: (text) => matchBounded(pattern, steps(text.length), () => compiled.test(text)),
    // ajv takes two patterns with the same text for one.
    toString: () => String(compiled),
  };
}
// Only for ajv's stand-alone code, which is not used here.
boundedPattern.code = 'boundedPattern';

/**
 * How many steps a backtracking matcher takes at most, by the length of the text: wherever it begins, each quantifier
 * may have taken any length, each alternative may have been the one, and each such way may go through all of the pattern
 * and the text. A quantified group multiplies with itself: no bound worth stating.
 */
export function stepsOf(pattern: string): (length: number) => number {
  const backReferences = pattern.match(/\\[1-9k]/g)?.length ?? 0;
  const plain = pattern
    .replace(/\\./gsu, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
    .replace(/\(\?(?:[:=!]|<[=!])/g, '(');
  if (/\)[*+{]/.test(plain)) return () => Number.POSITIVE_INFINITY;
  const count = (what: RegExp) => plain.match(what)?.length ?? 0;
  // `a{1000}` is as long as what it stands for; more than the text it cannot take.
  const choices = count(/[*+?{]/g) + backReferences + (plain.startsWith('^') && count(/\|/g) === 0 ? 0 : 1);
  const alternatives = 2 ** count(/\|/g);
  return (length) => (length + 1) ** choices * alternatives * (length + pattern.length);
}

/**
 * A format as ajv takes it, counted as the cube of the text's length, so that whatever its expression does is watched from
 * some 80 characters on. Quadratic ones were seen.
 */
export function boundedFormat(name: string, format: Format): Format {
  if (typeof format === 'object' && 'validate' in format) {
    const validate = boundedFormat(name, format.validate as Format);
    return { ...format, validate } as Format;
  }
  if (typeof format !== 'function' && !(format instanceof RegExp)) return format;
  const fits = typeof format === 'function' ? format : (text: string) => format.test(text);
  return ((text: string) =>
    typeof text === 'string' ? matchBounded(name, text.length ** 3, () => fits(text)) : fits(text)) as Format;
}
