import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { CheckResult, Service } from '@jobflow/platform';
import { childRole } from '../isolation/child-role.js';
import { Runners } from './runners.js';
import { checkWorkerOptions, type WorkerOptions } from './worker-options.js';

export interface Worker extends Service {
  readonly id: string;
  /** Handlers running; runs that succeeded and attempts that failed since the start. */
  counts(): { active: number; finished: number; failed: number };
  check(): CheckResult;
}

/**
 * A worker inside this process: pulls runs, carries them out, records how they ended. `start` resolves when it is
 * working; `stop` lets running handlers finish, for `drainMs`, gives everything else back, and may be called twice.
 *
 * What a worker takes is loaded when it starts: a program that defines handlers and would also start a worker is loaded
 * by every process that runs one of them alone, where it never does.
 *
 * @throws RangeError or TypeError for options that could not work, Error for two handlers of one name
 */
export function createWorker(options: WorkerOptions): Worker {
  checkWorkerOptions(options);
  const id = options.id ?? `worker-${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.toLowerCase();
  const runners = new Runners(options.handlers ?? [], options.kinds ?? []);
  let loading: Promise<Worker> | undefined;
  let running: Worker | undefined;

  async function load(): Promise<Worker> {
    const { runningWorker } = await import('./running-worker.js');
    running = runningWorker(options, { id, runners });
    return running;
  }

  return {
    id,
    counts: () => running?.counts() ?? { active: 0, finished: 0, failed: 0 },
    async start() {
      const role = childRole();
      if (role) {
        // This process only runs one handler, and loaded a program that would start a worker: it goes no further.
        role.workerStarted.resolve();
        return new Promise(() => undefined);
      }
      loading ??= load();
      await (await loading).start();
    },
    async stop() {
      // What could not be loaded has nothing to stop; its start has said so.
      await (await loading?.catch(() => undefined))?.stop();
    },
    check: () => running?.check() ?? { ok: false, message: 'The worker has not started', action: 'Call its start' },
  };
}
