import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, generalise } from './fingerprint.js';

describe('a fingerprint', () => {
  it.each([
    ['timeout after 5000 ms', 'timeout after 12.5 ms'],
    ['no user "ada@example.com"', 'no user "bob@example.com"'],
    ["can't open '/tmp/a b.txt'", "can't open '/var/c.txt'"],
    ['run 01890a5d-ac96-774b-bcce-b302099a8057 is gone', 'run 7F000001-0000-4000-8000-00000000beef is gone'],
    ['bad pointer 0xdeadbeef', 'bad pointer 0x1'],
    ['commit deadbeefcafe', 'commit 0123456789abcdef'],
    ['order ord_8f3k2 of 2026-11-23', 'order ord_91xx7 of 2026-1-2'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 10.1.2.3:80'],
    ['two  spaces\nand a line', 'two spaces and a line'],
  ])('is the same for %j and %j', (a, b) => {
    expect(generalise(a)).toBe(generalise(b));
    expect(fingerprint('job', a)).toBe(fingerprint('job', b));
  });

  it.each([
    ['connection refused', 'connection reset'],
    ["can't read", "can't write"],
    ['defaced', 'effaced'],
  ])('differs for %j and %j', (a, b) => {
    expect(fingerprint('job', a)).not.toBe(fingerprint('job', b));
  });

  it('differs by job and by the function that failed, not by its line or its directory', () => {
    const stack = (where: string) =>
      `Error: no\n    at node:internal/x:1:1\n    at send (${where})\n    at main (m.js:1:1)`;
    const one = fingerprint('job', 'no', stack('/app/a/mail.js:10:5'));
    expect(fingerprint('job', 'no', stack('/srv/b/mail.js:99:1'))).toBe(one);
    expect(fingerprint('job', 'no', stack('/app/a/post.js:10:5'))).not.toBe(one);
    expect(fingerprint('other', 'no', stack('/app/a/mail.js:10:5'))).not.toBe(one);
  });

  it('can be taken of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string()), (message, stack) => {
        expect(fingerprint('job', message, stack ?? undefined)).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
    expect(fingerprint('job', 'a'.repeat(1_000_000), `at ${' ('.repeat(100_000)}`)).toMatch(/^[0-9a-f]{16}$/);
  });
});
