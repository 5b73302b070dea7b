import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where fetched programs are kept: outside of any data directory, so that all of this user's share them.
 * JOBFLOW_CACHE_DIR, else $XDG_CACHE_HOME/jobflow, else ~/.cache/jobflow.
 */
export const cacheDirOf = (env: NodeJS.ProcessEnv): string =>
  env.JOBFLOW_CACHE_DIR ||
  (env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'jobflow') : join(homedir(), '.cache', 'jobflow'));
