import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { QueueName } from './names.js';
import { JobState } from './state-events.js';
import { zodProblems } from './zod-problems.js';

const problemsOf = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value);
  return parsed.success ? {} : zodProblems(parsed.error);
};

describe('what a schema finds wrong is told in plain words:', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['text', z.string(), 5, 'must be text'],
    ['a missing field', z.string(), undefined, 'is required'],
    ['a number', z.number(), 'x', 'must be a number'],
    ['a whole number', z.int(), 1.5, 'must be a whole number'],
    ['a bound', z.int().max(10), 11, 'must be at most 10'],
    ['a strict bound', z.number().gt(3), 3, 'must be more than 3'],
    ['a length', z.string().max(200), 'x'.repeat(201), 'must have at most 200 characters'],
    ['an empty text', z.string().min(1), '', 'must not be empty'],
    ['a list', z.array(z.string()).max(20), Array(21).fill('x'), 'must have at most 20 items'],
    ['no list', z.array(z.string()), 'x', 'must be a list'],
    ['a choice', z.enum(['NONE', 'FULL']), 'SOME', 'must be one of NONE, FULL'],
    ['a literal', z.literal(1), 2, 'must be 1'],
    ['a union', z.union([z.string(), z.int()]), true, 'is of none of the kinds that are possible here'],
    ['a form', z.url(), 'x', 'must be a URL'],
    ['a form of its own', z.string().regex(/^a/), 'x', 'is not of the form that is needed here'],
    ['a form with a message', QueueName, 'A b', 'must match [a-z0-9][a-z0-9_-]{0,62}'],
    ['true or false', z.boolean(), 'yes', 'must be true or false'],
    ['an object', z.object({}), 5, 'must be an object'],
    ['a step', z.int().multipleOf(5), 7, 'must be a multiple of 5'],
  ])('%s', (_, schema, value, words) => {
    expect(problemsOf(schema, value)).toEqual({ '': words });
  });

  it('with the path of each', () => {
    const job = { name: 'a b', priority: 11, retry: { maxAttempts: 0 }, tags: ['x', 5] };
    const problems = problemsOf(JobState, job);
    expect(problems).toMatchObject({
      priority: 'must be at most 10',
      'retry.maxAttempts': 'must be at least 1',
      'tags.1': 'must be text',
      queue: 'is required',
    });
    expect(Object.values(problems).join()).not.toMatch(/Invalid|Too|expected|received/);
    expect(problemsOf(z.strictObject({}), { more: 1 })).toEqual({ more: 'is not known here' });
  });
});
