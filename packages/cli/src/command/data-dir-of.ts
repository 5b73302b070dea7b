import { join, resolve } from 'node:path';
import { REPOSITORY } from '../platform/repository.js';
import type { CommandContext } from './command.js';

/** The data directory that is meant. @param given the value of `--data-dir` */
export function dataDirOf({ cwd, env }: Pick<CommandContext, 'cwd' | 'env'>, given: string | undefined): string {
  const dir = given ?? (env.JOBFLOW_DATA_DIR || undefined);
  return dir === undefined ? join(REPOSITORY, '.jobflow') : resolve(cwd, dir);
}
