import { accessSync, constants } from 'node:fs';

/** How to start a program. */
export interface Launch {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** To run as another user; only root can. */
  uid?: number;
  gid?: number;
}

/** Part of util-linux, and so of every Debian. */
export const SETPRIV = '/usr/bin/setpriv';

export const hasSetpriv = (): boolean => {
  try {
    accessSync(SETPRIV, constants.X_OK);
    return process.platform === 'linux';
  } catch {
    return false;
  }
};

/**
 * Lets the kernel signal a program when the supervisor dies, even by kill -9. setpriv replaces itself by the program,
 * so pid and command line are the program's own. Where there is no setpriv, the next start ends what was left.
 */
export function endWithParent(launch: Launch, signal: NodeJS.Signals, setpriv = hasSetpriv()): Launch {
  if (!setpriv) return launch;
  const name = signal.replace(/^SIG/, '');
  return { ...launch, file: SETPRIV, args: ['--pdeathsig', name, '--', launch.file, ...launch.args] };
}
