import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type CommitFamily, DeliveryCommit, LogCommit, parseCommit, RunCommit, StateCommit } from './commit.js';
import { quickCheck } from './quick-check.js';
import { RunEvent } from './run-events.js';

const schemas = { run: RunCommit, state: StateCommit, log: LogCommit, delivery: DeliveryCommit };
const fixture = (family: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/v1/${family}.json`, import.meta.url), 'utf8'));

/** The schema takes it as it is: nothing is wrong, nothing is dropped. */
const takesAsItIs = (schema: z.ZodType, value: unknown): boolean => {
  const parsed = schema.safeParse(value);
  return parsed.success && JSON.stringify(sorted(parsed.data)) === JSON.stringify(sorted(value));
};
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

type Path = (string | number)[];
const pathsOf = (value: unknown, at: Path = []): Path[] => [
  at,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))
    : []),
];
const STRANGE = [-1, 0, 0.5, 11, 101, 2 ** 53, 1e300, '', 'not-a-uuid', null, [], {}];
/** Around every bound there is, in UTF-16 units and in characters. */
const TEXTS = [36, 64, 65, 100, 101, 128, 200, 201, 255, 256, 500, 501, 1000, 1001, 2048, 2049].flatMap((length) => [
  'x'.repeat(length),
  '\u{1f600}'.repeat(Math.ceil(length / 2)),
]);
const strange = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom(...STRANGE));

/** The commit with one of its values set. */
function withValue(commit: object, path: Path, value: unknown): object {
  const changed = structuredClone(commit);
  // biome-ignore lint/suspicious/noExplicitAny: any JSON there is
  const parent = path.slice(0, -1).reduce((node: any, key) => node[key], changed);
  const key = path.at(-1) as string;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return changed;
}

describe('a schema asked quickly', () => {
  it.each(Object.keys(schemas) as CommitFamily[])(
    'says of %s commits what it says itself, whatever is wrong',
    (family) => {
      const whole = fixture(family);
      const schema = schemas[family];
      const quick = quickCheck(schema, 0);
      expect(quick(whole)).toBe(true);
      const commits = whole.events.map((event: unknown) => ({ ...whole, events: [event] }));
      const agree = (changed: object) =>
        expect(quick(changed), JSON.stringify(changed)).toBe(takesAsItIs(schema, changed));
      for (const commit of commits) {
        for (const path of pathsOf(commit).slice(1)) {
          const value = path.reduce((node, key) => node[key], commit);
          for (const text of typeof value === 'string' ? TEXTS : []) agree(withValue(commit, path, text));
          agree(withValue(commit, path, undefined));
          if (value?.constructor === Object) agree(withValue(commit, [...path, 'unheardOf'], 1));
        }
      }
      fc.assert(
        fc.property(fc.constantFrom(...commits), fc.nat(), strange, (commit, n, value) => {
          const paths = pathsOf(commit).slice(1);
          agree(withValue(commit, paths[n % paths.length] as Path, value));
        }),
        { numRuns: 2_000 },
      );
    },
  );

  it('is asked only by those who ask often', () => {
    const quick = quickCheck(RunEvent, 2);
    const [event] = fixture('run').events;
    expect([1, 2, 3, 4].map(() => quick(event))).toEqual([false, false, true, true]);
  });

  it('reads the same once it is compiled: an unknown field is dropped, a wrong one is named', () => {
    const whole = fixture('run');
    const unknown = JSON.stringify({ ...whole, events: [{ ...whole.events[0], unheardOf: 1 }] });
    const wrong = JSON.stringify({ ...whole, events: [{ ...whole.events[0], attempt: 0 }] });
    const cold = [unknown, wrong].map((text) => parseCommit('run', text));
    for (let n = 0; n < 1_100; n++) parseCommit('run', JSON.stringify(whole));
    expect([unknown, wrong].map((text) => parseCommit('run', text))).toEqual(cold);
    expect(cold).toMatchObject([{ ok: true }, { ok: false, reason: expect.stringContaining('attempt') }]);
    expect(JSON.stringify(cold[0])).not.toContain('unheardOf');
  });
});
