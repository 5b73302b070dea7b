import { describe, expect, it } from 'vitest';
import { exampleInput } from './example-input';

describe('an example input', () => {
  it('fills what is required and what has a default', () => {
    const schema = {
      type: 'object',
      required: ['to', 'count', 'kind'],
      properties: {
        to: { type: 'string' },
        count: { type: 'integer', minimum: 1 },
        kind: { enum: ['a', 'b'] },
        note: { type: 'string' },
        html: { type: 'boolean', default: true },
      },
    };
    expect(exampleInput(schema)).toEqual({ to: '', count: 1, kind: 'a', html: true });
  });

  it('is an empty object for no schema, and ends for a schema that nests for ever', () => {
    expect(exampleInput(null)).toEqual({});
    const loop: Record<string, unknown> = { type: 'object', required: ['self'] };
    loop.properties = { self: loop };
    expect(() => JSON.stringify(exampleInput(loop))).not.toThrow();
  });
});
