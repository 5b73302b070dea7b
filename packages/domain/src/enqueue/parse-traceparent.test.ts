import { describe, expect, it } from 'vitest';
import { parseTraceparent } from './parse-traceparent.js';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('a traceparent', () => {
  it.each(['00', '01', '03'])('with the flags %s is handed on as it is', (flags) => {
    expect(parseTraceparent(`00-${trace}-${span}-${flags}`)).toBe(`00-${trace}-${span}-${flags}`);
  });

  it.each([
    [`cc-${trace}-${span}-01`, `00-${trace}-${span}-01`],
    [`cc-${trace}-${span}-fe-what-comes-later`, `00-${trace}-${span}-00`],
  ])('of a later version, %s, becomes one of ours', (later, ours) => {
    expect(parseTraceparent(later)).toBe(ours);
  });

  it.each([
    undefined,
    '',
    'hello',
    `ff-${trace}-${span}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}`,
    `00-${trace}-${span}-01-more`,
    `cc-${trace}-${span}-01more`,
    `00-${trace}-${span}-01\n`,
    `00-${trace}-${span}-01, 00-${trace}-${span}-01`,
  ])('that is none is ignored: %s', (header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
