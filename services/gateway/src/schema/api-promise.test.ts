import { findDangerousChanges, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from './build-schema.js';
import { compareWithPromise, readNotBuiltYet } from './not-built-yet.js';
import { promisedSchema } from './promise.js';
import { resolvers } from './resolvers.js';

const promised = promisedSchema();
const built = buildSchema(resolvers);
const differences = compareWithPromise(promised, built);
const listed = readNotBuiltYet();

describe('the schema', () => {
  it('contradicts nothing that api.graphql promises', () => {
    expect(differences.contradictions).toEqual([]);
  });

  it('lacks nothing of api.graphql but what not-built-yet.txt lists', () => {
    const known = new Set(listed);
    expect(differences.missing.filter((line) => !known.has(line))).toEqual([]);
  });

  it('has nothing that not-built-yet.txt still lists: strike those lines', () => {
    const missing = new Set(differences.missing);
    expect(listed.filter((line) => !missing.has(line))).toEqual([]);
  });

  it('has every argument default that is promised', () => {
    const changed = findDangerousChanges(promised, built).filter(({ type }) => type === 'ARG_DEFAULT_VALUE_CHANGE');
    expect(changed.map(({ description }) => description)).toEqual([]);
  });

  it('gives every field and argument exactly the promised type', () => {
    const wrong: string[] = [];
    for (const [name, type] of Object.entries(promised.getTypeMap())) {
      const other = built.getType(name);
      const comparable = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
      if (name.startsWith('__') || !comparable || !other || !('getFields' in other)) continue;
      for (const field of Object.values(type.getFields())) {
        const same = other.getFields()[field.name];
        if (same && String(same.type) !== String(field.type))
          wrong.push(`${name}.${field.name}: ${same.type}, not ${field.type}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('adds no required argument or input field to what is promised', () => {
    expect(differences.contradictions.filter((line) => /required/i.test(line))).toEqual([]);
  });
});
