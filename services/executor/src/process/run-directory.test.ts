import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeRunDirectory, removeRunDirectory, sweepRunDirectories } from './run-directory.js';

it('what a killed executor left of its runs is removed, what a living one uses is not', async () => {
  const { pid: gone } = spawnSync('true');
  const directory = await mkdtemp(join(tmpdir(), 'jobflow-sweep-'));
  const own = await makeRunDirectory();
  try {
    for (const name of [`jobflow-run-${gone}-abc`, basename(own), 'jobflow-run-x', 'other']) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'file'), 'x');
    }
    await sweepRunDirectories(directory);
    expect((await readdir(directory)).sort()).toEqual([basename(own), 'jobflow-run-x', 'other'].sort());
  } finally {
    await removeRunDirectory(own);
    await rm(directory, { recursive: true, force: true });
  }
});
