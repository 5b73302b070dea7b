import type { Log } from '../log.js';
import { formatVersion, type Version } from './version.js';

/** A server program that can be started here, and where it came from. */
export type Tool = NativeTool | DockerTool;

export interface NativeTool {
  kind: 'native';
  path: string;
  /** Folders with libraries that are not installed on this machine. */
  libraryPath?: string;
  version: Version;
  source: string;
}

export interface DockerTool {
  kind: 'docker';
  docker: string;
  image: string;
  command: string;
  version: Version;
  source: string;
}

/** What is needed of a server program, and where each source has it. */
export interface ToolNeed {
  name: 'nats-server' | 'redis-server';
  /** Programs that will do, best first. */
  commands: readonly string[];
  minimum: Version;
  debian: { packages: readonly string[]; suites(codename: string, distribution: string): readonly string[] };
  homebrew: string;
  archive(platform: NodeJS.Platform, arch: string): ReleaseArchive | undefined;
  docker: string;
  /** The end of the sentence when all else failed: what to install, or which variable to set. */
  advice: string;
}

export interface ReleaseArchive {
  url: string;
  /** A `sha256  file` list, published beside the archive. */
  checksumUrl: string;
  /** The program's path inside the archive. */
  member: string;
}

export interface FindContext {
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Gives up what is being fetched. */
  signal?: AbortSignal | undefined;
}

/** What a source answers: the program, or why it has none, in a few words. */
export type Found = { tool: Tool } | { why: string };
export type Source = (need: ToolNeed, context: FindContext) => Promise<Found>;

export const tooOld = (need: ToolNeed, version: Version): string =>
  `${formatVersion(version)} is older than ${formatVersion(need.minimum)}`;
