import { messageOf, PlainError } from '../plain-error.js';
import { fromArchive } from './from-archive.js';
import { fromDebian } from './from-debian.js';
import { fromDocker } from './from-docker.js';
import { fromHomebrew } from './from-homebrew.js';
import { fromPath } from './from-path.js';
import type { FindContext, Source, Tool, ToolNeed } from './tool.js';
import { fromCache } from './tool-cache.js';

/** Where a server program may come from, in the order in which they are asked. */
export const toolSources: Readonly<Record<string, Source>> = {
  PATH: fromPath,
  cache: fromCache,
  Debian: fromDebian,
  Homebrew: fromHomebrew,
  release: fromArchive,
  Docker: fromDocker,
};

/** Finds a server program on this machine, or fetches it. If no source has it, says what to install. */
export async function findTool(need: ToolNeed, context: FindContext, sources = toolSources): Promise<Tool> {
  const reasons: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    context.signal?.throwIfAborted();
    const found = await source(need, context).catch((error: unknown) => ({ why: messageOf(error) }));
    if ('tool' in found) return found.tool;
    reasons.push(`${name}: ${found.why}`);
  }
  const [major, minor] = need.minimum;
  throw new PlainError(
    `No ${need.name} ${major}.${minor} or newer could be found or fetched: ${need.advice} (${reasons.join('; ')}).`,
  );
}
