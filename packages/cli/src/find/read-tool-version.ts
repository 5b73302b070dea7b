import { lastLine, runCommand } from '../process/run-command.js';
import { type ToolNeed, tooOld } from './tool.js';
import { compareVersions, parseVersion, type Version } from './version.js';

/** Asks a program for its version: whether it runs on this machine at all, and whether it is new enough. */
export async function readToolVersion(
  need: ToolNeed,
  path: string,
  libraryPath?: string,
): Promise<{ version: Version } | { why: string }> {
  const env = libraryPath ? { LD_LIBRARY_PATH: libraryPath } : {};
  const { code, stdout, stderr } = await runCommand(path, ['--version'], { env, timeoutMs: 10_000 });
  if (code !== 0) return { why: `does not run (${lastLine(stderr)})` };
  const version = parseVersion(stdout || stderr);
  if (!version) return { why: 'does not tell its version' };
  return compareVersions(version, need.minimum) < 0 ? { why: tooOld(need, version) } : { version };
}
