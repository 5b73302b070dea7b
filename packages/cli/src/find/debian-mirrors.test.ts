import { expect, test } from 'vitest';
import { parseMirrors, readOsRelease } from './debian-mirrors.js';

const printed = [
  "'http://mirror.test/debian/dists/bookworm/InRelease' mirror.test_debian_dists_bookworm_InRelease 0 ",
  "'http://mirror.test/debian/dists/bookworm-updates/InRelease' x 0 ",
  "'http://mirror.test/debian-security/dists/bookworm-security/InRelease' x 0 ",
  "'https://other.test/apt/dists/nodistro/InRelease' x 0 ",
  "'http://mirror.test/debian/dists/bookworm/main/binary-amd64/Packages.xz' x 0 ",
].join('\n');

test('the mirror is the one from which this machine gets its own release', () => {
  expect(parseMirrors(printed, 'bookworm')).toEqual(['http://mirror.test/debian/']);
  expect(parseMirrors('', 'bookworm')).toEqual([]);
});

test('a distribution built on Debian counts as Debian', () => {
  expect(readOsRelease('ID=debian\nVERSION_CODENAME=bookworm\n')).toEqual({ id: 'debian', codename: 'bookworm' });
  expect(readOsRelease('VERSION_CODENAME="noble"\nID="ubuntu"\n')).toEqual({ id: 'ubuntu', codename: 'noble' });
  expect(readOsRelease('ID=raspbian\nVERSION_CODENAME=trixie')).toEqual({ id: 'debian', codename: 'trixie' });
});
