import { readFileSync, writeFileSync } from 'node:fs';
import { BreakingChangeType, findBreakingChanges, type GraphQLSchema } from 'graphql';

const file = new URL('../../not-built-yet.txt', import.meta.url);
const header = `# What contracts/api.graphql promises and the gateway does not have yet. This list may only shrink.
# After building something: node services/gateway/dist/schema/write-not-built-yet.js
`;

/** Things that are simply missing; any other difference contradicts the promise. */
const missing: ReadonlySet<string> = new Set([
  BreakingChangeType.TYPE_REMOVED,
  BreakingChangeType.FIELD_REMOVED,
  BreakingChangeType.ARG_REMOVED,
  BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
  BreakingChangeType.DIRECTIVE_REMOVED,
]);

/** How the schema differs from the promise, one line each. */
export function compareWithPromise(promised: GraphQLSchema, built: GraphQLSchema) {
  const changes = findBreakingChanges(promised, built);
  const lines = (isMissing: boolean) =>
    changes.filter(({ type }) => missing.has(type) === isMissing).map(({ description }) => description);
  return { missing: lines(true).sort(), contradictions: lines(false).sort() };
}

export const readNotBuiltYet = (): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

/**
 * What may stay on the list: what is still missing and was listed before, by itself or as part of something larger
 * (`Job was removed.` has become `Job.channels was removed.`).
 */
export function stillNotBuilt(missing: readonly string[], before: readonly string[]): string[] {
  const listed = new Set(before);
  return missing.filter((line) => {
    const [, type, field] = /^(\w+)(?:\.(\w+))?/.exec(line) ?? [];
    const [, enumType] = /from enum type (\w+)/.exec(line) ?? [];
    const within = [type, `${type}.${field}`, enumType].map((name) => `${name} was removed.`);
    return listed.has(line) || within.some((larger) => listed.has(larger));
  });
}

export const writeNotBuiltYet = (lines: readonly string[]): void =>
  writeFileSync(file, `${header}${lines.map((line) => `${line}\n`).join('')}`);
