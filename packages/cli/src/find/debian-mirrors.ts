import { runCommand } from '../process/run-command.js';

export interface OsRelease {
  id: string;
  codename: string;
}

/** Reads what matters of /etc/os-release. A distribution built on Debian counts as Debian. */
export function readOsRelease(text: string): OsRelease {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: field('ID') === 'ubuntu' ? 'ubuntu' : 'debian', codename: field('VERSION_CODENAME') };
}

/**
 * The archives named by `apt-get update --print-uris`: it works before the first update too, when `indextargets` still
 * answers nothing. Those with the machine's own release come first; security and update pockets are left out.
 */
export function parseMirrors(printedUris: string, codename: string): string[] {
  const mirrors = new Set<string>();
  for (const match of printedUris.matchAll(/^'([^']+?)\/dists\/([^/']+)\/InRelease'/gm)) {
    if (match[2] === codename) mirrors.add(`${match[1]}/`);
  }
  return [...mirrors];
}

export async function debianMirrors(apt: string, codename: string): Promise<string[]> {
  const { stdout } = await runCommand(apt, ['update', '--print-uris', '-o', 'Debug::NoLocking=true'], {
    env: { LC_ALL: 'C' },
    timeoutMs: 30_000,
  });
  return parseMirrors(stdout, codename);
}
