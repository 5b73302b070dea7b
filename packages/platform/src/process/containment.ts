import { spawn } from 'node:child_process';

/** How far a job's process can be shut in on this system. */
export interface Containment {
  /** What to put before the command. */
  prefix: string[];
  /** Every descendant dies with it, also one that left its process group, and it sees no process but its own. */
  namespace: boolean;
  /** CPU, memory and file limits can be set. */
  prlimit: boolean;
}

const SETPRIV = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'];
const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];

/**
 * From the strongest to the weakest. In a PID namespace of its own a job's process cannot escape being killed, and its
 * own /proc hides the environment of the executor. `--pdeathsig` ends it when the executor is killed.
 */
const candidates: { prefix: string[]; namespace: boolean }[] = [
  { prefix: [...SETPRIV, ...UNSHARE, '--'], namespace: true },
  { prefix: [...SETPRIV, ...UNSHARE, '--user', '--map-current-user', '--'], namespace: true },
  { prefix: [...SETPRIV, '--'], namespace: false },
];

/** Finds out by trying. */
export async function findContainment(): Promise<Containment> {
  const prlimit = await works(['prlimit', '--core=0', '--', 'true']);
  for (const { prefix, namespace } of candidates) {
    if (await works([...prefix, 'true'])) return { prefix, namespace, prlimit };
  }
  return { prefix: [], namespace: false, prlimit };
}

function works([command = '', ...args]: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', timeout: 5_000 });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

export interface ResourceLimits {
  /** Of address space, of each process. */
  memoryMb?: number | undefined;
  /** Of writable memory, of each process: for runtimes that reserve far more address space than they use. */
  dataMb?: number | undefined;
  cpuSeconds?: number | undefined;
}

/**
 * The first process of a PID namespace ignores signals that it does not handle, SIGTERM and SIGXCPU included: this one
 * only waits for the job's, and ends with its code; 128 + n, if signal n ended it.
 */
const FIRST_PROCESS = ['/bin/sh', '-c', '"$@"; exit $?', 'jobflow'];

/** The command line that runs this one shut in. */
export function containedCommand(containment: Containment, argv: string[], limits: ResourceLimits): string[] {
  const limit: string[] = [];
  if (containment.prlimit) {
    limit.push('prlimit', '--core=0', '--nofile=1024');
    if (limits.memoryMb) limit.push(`--as=${limits.memoryMb * 1024 * 1024}`);
    if (limits.dataMb) limit.push(`--data=${limits.dataMb * 1024 * 1024}`);
    // SIGXCPU at the limit, which tells what happened, SIGKILL a second later for what ignores it.
    if (limits.cpuSeconds) limit.push(`--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`);
    limit.push('--');
  }
  const first = process.platform === 'win32' ? [] : FIRST_PROCESS;
  return [...containment.prefix, ...limit, ...first, ...argv];
}
