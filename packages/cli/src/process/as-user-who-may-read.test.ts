import { expect, test } from 'vitest';
import { grantable } from './as-user-who-may-read.js';

const status = (permitted: string, bounding = permitted): string =>
  `Name:\tnode\nCapInh:\t0000000000000000\nCapPrm:\t${permitted}\nCapEff:\t${permitted}\nCapBnd:\t${bounding}\n`;

test('the lesser capability is taken where it can be handed on, the greater one in a container, none without root', () => {
  expect(grantable(status('000001ffffffffff'))).toBe('dac_read_search');
  expect(grantable(status('00000000a80425fb'))).toBe('dac_override'); // Docker's default set
  expect(grantable(status('000001ffffffffff', '00000000a80425fb'))).toBe('dac_override');
  expect(grantable(status('0000000000000000'))).toBeUndefined();
  expect(grantable('')).toBeUndefined();
});
