import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readToolVersion } from './read-tool-version.js';
import type { FindContext, NativeTool, Source, ToolNeed } from './tool.js';
import { compareVersions, formatVersion, parseVersion, type Version } from './version.js';

/** What is known of a program in the cache; paths are relative to its folder. */
interface Manifest {
  path: string;
  libraries: string[];
  source: string;
}

const toolsDir = (context: FindContext, need: ToolNeed): string => join(context.cacheDir, 'tools', need.name);

/** A fresh folder on the cache's own file system, so that what is unpacked there can be moved into place at once. */
export async function makeWorkDir(context: FindContext): Promise<string> {
  const parent = join(context.cacheDir, 'work');
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'fetch-'));
}

/**
 * Moves an unpacked program into the cache. It appears there whole or not at all, and if another process was first,
 * that one's copy stays.
 */
export async function keepInCache(
  context: FindContext,
  need: ToolNeed,
  unpacked: { dir: string; version: Version } & Manifest,
): Promise<NativeTool> {
  const { dir, version, ...manifest } = unpacked;
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  const home = join(toolsDir(context, need), formatVersion(version));
  await mkdir(toolsDir(context, need), { recursive: true });
  await rename(dir, home).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    await rm(dir, { recursive: true, force: true });
  });
  return nativeTool(home, manifest, version);
}

function nativeTool(home: string, manifest: Manifest, version: Version): NativeTool {
  const libraryPath = manifest.libraries.map((folder) => join(home, folder)).join(delimiter);
  return {
    kind: 'native',
    path: join(home, manifest.path),
    ...(libraryPath && { libraryPath }),
    version,
    source: manifest.source,
  };
}

/** The newest program fetched by an earlier start. */
export const fromCache: Source = async (need, context) => {
  const names = await readdir(toolsDir(context, need)).catch(() => []);
  const versions = names.map(parseVersion).filter((version) => version !== undefined);
  for (const version of versions.sort(compareVersions).reverse()) {
    const home = join(toolsDir(context, need), formatVersion(version));
    const text = await readFile(join(home, 'manifest.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const tool = nativeTool(home, JSON.parse(text) as Manifest, version);
    const answer = await readToolVersion(need, tool.path, tool.libraryPath);
    if ('version' in answer) return { tool: { ...tool, source: `${tool.source}, cached` } };
  }
  return { why: 'not in the cache' };
};
