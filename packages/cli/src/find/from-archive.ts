import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../plain-error.js';
import { lastLine, runCommand } from '../process/run-command.js';
import { readToolVersion } from './read-tool-version.js';
import type { FindContext, Found, ReleaseArchive, Source, ToolNeed } from './tool.js';
import { keepInCache, makeWorkDir } from './tool-cache.js';

const MAX_ARCHIVE_BYTES = 200 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** The makers' own release, checked against the checksum they publish beside it. */
export const fromArchive: Source = async (need, context) => {
  const archive = need.archive(process.platform, process.arch);
  if (!archive) return { why: `none is published for ${process.platform} ${process.arch}` };
  const dir = await makeWorkDir(context);
  try {
    return await fetchArchive(need, context, archive, dir);
  } catch (error) {
    return { why: `${archive.url}: ${reasonOf(error)}` };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

async function fetchArchive(
  need: ToolNeed,
  context: FindContext,
  archive: ReleaseArchive,
  dir: string,
): Promise<Found> {
  const file = basename(archive.url);
  context.log.info(`Fetching ${file} …`);
  const expected = parseChecksum((await download(archive.checksumUrl, context.signal)).toString('utf8'), file);
  if (!expected) return { why: `${archive.checksumUrl} does not name ${file}` };
  const { createHash } = await import('node:crypto');
  const bytes = await download(archive.url, context.signal);
  if (createHash('sha256').update(bytes).digest('hex') !== expected) {
    return { why: `${archive.url} does not match its published checksum` };
  }
  await writeFile(join(dir, file), bytes);
  const root = join(dir, 'root');
  await mkdir(root);
  const { code, stderr } = await runCommand('tar', ['-xzf', join(dir, file), '-C', root, archive.member]);
  if (code !== 0) return { why: lastLine(stderr) };
  const answer = await readToolVersion(need, join(root, archive.member));
  if ('why' in answer) return answer;
  const manifest = { path: archive.member, libraries: [], source: new URL(archive.url).host };
  return { tool: await keepInCache(context, need, { dir: root, version: answer.version, ...manifest }) };
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > MAX_ARCHIVE_BYTES) throw new Error('is larger than any release should be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The digest of `file` in a `sha256  file` list, or in a list of one digest without a name. */
export function parseChecksum(text: string, file: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(line);
    if (match && (match[2] === undefined || basename(match[2]) === file)) return match[1]?.toLowerCase();
  }
  return undefined;
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : messageOf(error);
}
