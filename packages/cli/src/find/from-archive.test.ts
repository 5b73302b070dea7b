import { expect, test } from 'vitest';
import { parseChecksum } from './from-archive.js';

const digest = 'a'.repeat(64);

test('the checksum of the file is read from a list', () => {
  const list = `${'b'.repeat(64)}  other.tar.gz\n${digest.toUpperCase()}  *nats.tar.gz\n`;
  expect(parseChecksum(list, 'nats.tar.gz')).toBe(digest);
});

test('a lone checksum needs no name, and a list without the file has none', () => {
  expect(parseChecksum(`${digest}\n`, 'nats.tar.gz')).toBe(digest);
  expect(parseChecksum(`${digest}  other.tar.gz\n`, 'nats.tar.gz')).toBeUndefined();
  expect(parseChecksum('<html>not found</html>', 'nats.tar.gz')).toBeUndefined();
});
