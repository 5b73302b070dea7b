import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readToolVersion } from './read-tool-version.js';
import type { Source } from './tool.js';

/** Where system packages put servers that an ordinary user's PATH leaves out. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/** The program's full path, if a folder of PATH has it. */
export async function whichCommand(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of [...folders, ...SYSTEM_FOLDERS]) {
    const path = join(folder, command);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}

/** A program that is installed already, if it is new enough. */
export const fromPath: Source = async (need, { env }) => {
  const reasons: string[] = [];
  for (const command of need.commands) {
    const path = await whichCommand(command, env);
    if (!path) continue;
    const answer = await readToolVersion(need, path);
    if ('version' in answer) return { tool: { kind: 'native', path, version: answer.version, source: path } };
    reasons.push(`${path} ${answer.why}`);
  }
  return { why: reasons.join(', ') || 'not in PATH' };
};
