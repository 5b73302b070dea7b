import { join } from 'node:path';
import { lastLine, runCommand } from '../process/run-command.js';
import { whichCommand } from './from-path.js';
import { readToolVersion } from './read-tool-version.js';
import type { Source } from './tool.js';

/** Homebrew's formula: the one that is installed, else it is installed now, as Homebrew is this user's own. */
export const fromHomebrew: Source = async (need, { env, log, signal }) => {
  const brew = await whichCommand('brew', env);
  if (!brew) return { why: 'no Homebrew here' };
  const installed = await runCommand(brew, ['list', '--versions', need.homebrew], { env });
  if (installed.code !== 0) {
    log.info(`Installing ${need.homebrew} with Homebrew …`);
    const { code, stderr } = await runCommand(brew, ['install', '--quiet', need.homebrew], {
      env,
      timeoutMs: 900_000,
      signal,
    });
    if (code !== 0) return { why: lastLine(stderr) || 'brew install failed' };
  }
  const { stdout } = await runCommand(brew, ['--prefix', need.homebrew], { env });
  const reasons: string[] = [];
  for (const command of need.commands) {
    const path = join(stdout.trim(), 'bin', command);
    const answer = await readToolVersion(need, path);
    if ('version' in answer) return { tool: { kind: 'native', path, version: answer.version, source: 'Homebrew' } };
    reasons.push(`${path} ${answer.why}`);
  }
  return { why: reasons.join(', ') };
};
