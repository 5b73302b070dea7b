import { JobError } from '../job-error.js';

/** How a process ended, as far as it tells which limit it met. */
export interface ProgramEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of its standard error. */
  errors: string;
  ranMs: number;
}

/** A shell tells that its command was ended by signal n as exit code 128 + n. */
const SIGXCPU = 128 + 24;
const SIGKILL = 128 + 9;
/** What runtimes say when the system gives them no more memory. */
const NO_MEMORY =
  /\bMemoryError\b|cannot allocate memory|can't allocate|out of memory|bad_alloc|memory exhausted|out of space|failed to map segment/i;

/** The error of a process that met its CPU or memory limit, where that can be told. */
export function exceededLimit(
  { code, signal, errors, ranMs }: ProgramEnd,
  limits: { memoryMb?: number | undefined; cpuSeconds?: number | undefined },
): JobError | undefined {
  if (code === 0) return undefined;
  const { cpuSeconds, memoryMb } = limits;
  if (cpuSeconds !== undefined) {
    const killed = (code === SIGKILL || signal === 'SIGKILL') && ranMs >= cpuSeconds * 1000;
    if (code === SIGXCPU || signal === 'SIGXCPU' || killed)
      return new JobError(`The job used more than its ${cpuSeconds} s of processor time`, 'CPU_TIME_EXCEEDED');
  }
  if (memoryMb !== undefined && NO_MEMORY.test(errors))
    return new JobError(`The job used more than its ${memoryMb} MiB of memory`, 'OUT_OF_MEMORY');
  return undefined;
}
