import { describe, expect, it } from 'vitest';
import { resolveAllowed } from './resolve-allowed.js';
import { ForbiddenAddressError, type Resolve } from './safe-dispatcher.js';

const answering =
  (...addresses: string[]): Resolve =>
  (_, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );

describe('the address of a host', () => {
  it('is its public one, or itself', async () => {
    expect(await resolveAllowed('db.example.com', [], answering('93.184.216.34'))).toBe('93.184.216.34');
    expect(await resolveAllowed('93.184.216.34', [])).toBe('93.184.216.34');
    expect(await resolveAllowed('[2606:2800:220:1::1]', [])).toBe('2606:2800:220:1::1');
  });

  it.each([
    ['127.0.0.1', undefined],
    ['[::ffff:10.0.0.1]', undefined],
    ['db.example.com', ['10.1.2.3']],
    ['db.example.com', ['93.184.216.34', '127.0.0.1']],
    ['db.example.com', ['169.254.169.254']],
    ['db.example.com', []],
  ])('is refused for %s leading to %j', async (host, addresses) => {
    const lookup = addresses && answering(...addresses);
    await expect(resolveAllowed(host, [], lookup)).rejects.toThrow(ForbiddenAddressError);
  });

  it('may be in a range that an operator allows, metadata addresses never', async () => {
    expect(await resolveAllowed('db', ['10.0.0.0/8'], answering('10.1.2.3'))).toBe('10.1.2.3');
    await expect(resolveAllowed('db', ['169.254.0.0/16'], answering('169.254.169.254'))).rejects.toThrow(
      /metadata|not/,
    );
  });
});
