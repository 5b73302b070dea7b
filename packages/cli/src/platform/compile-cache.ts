import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const MAX_BYTES = 100 * 1024 * 1024;

/**
 * A folder in which Node keeps compiled code, so that services load faster. Every build adds to it and nothing is ever
 * taken out: when it is full, it starts anew.
 */
export async function compileCacheDir(cacheDir: string): Promise<string> {
  const dir = join(cacheDir, 'compiled');
  const names = await readdir(dir, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_BYTES) await rm(dir, { recursive: true, force: true });
  return dir;
}
