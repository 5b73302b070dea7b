import type { Log } from '../log.js';
import { freePort } from '../process/free-port.js';
import type { ProcessSpec } from '../process/managed-process.js';
import { askActive } from './ask-active.js';
import { askReady } from './ask-ready.js';
import { readServiceLine, startFailure, throttleLines } from './service-log.js';
import type { PlannedService } from './service-plan.js';

export interface ServiceSpecOptions {
  planned: PlannedService;
  /** The program: its path is in the process's command line. */
  entry: string;
  /** Where V8 keeps compiled code, which halves the time a service takes to load. */
  compileCache: string;
  logFile: string;
  log: Log;
  isStopping(): boolean;
}

/** After a drain a service has this long to close its connections. */
const CLOSING_MS = 5_000;

/** How one of our own services is run: by this very Node, ready when its health server says so. */
export function serviceSpec(options: ServiceSpecOptions): ProcessSpec {
  const { planned, entry, log } = options;
  const show = throttleLines((line) => log.warn(`${planned.name}: ${line}`), options.logFile);
  const drainMs = Number(planned.env.JOBFLOW_DRAIN_MS ?? 0);
  let healthPort = 0;
  return {
    name: planned.name,
    async launch() {
      healthPort = await freePort();
      const env = {
        NODE_COMPILE_CACHE: options.compileCache,
        ...planned.env,
        JOBFLOW_HEALTH_HOST: '127.0.0.1',
        JOBFLOW_HEALTH_PORT: String(healthPort),
      };
      return { file: process.execPath, args: [entry], env };
    },
    probe: () => askReady(healthPort),
    ...(planned.service === 'executor' && { busyWith: async () => inWords(await askActive(healthPort), drainMs) }),
    nice: planned.nice,
    ipc: true,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: drainMs + CLOSING_MS,
    startTimeoutMs: 60_000,
    // Told to shut down through the API, it ends like one that was stopped; a crash or a restart has another code.
    ...(planned.service === 'executor' && { staysDown: (code: number) => code === 0 }),
    onLine(line) {
      const said = readServiceLine(line);
      if (said && said.level !== 'quiet' && !options.isStopping()) show(said.text);
    },
    reason: startFailure,
  };
}

function inWords(active: number, drainMs: number): string {
  if (active === 0) return '';
  const after = `after ${Math.round(drainMs / 1000)} s`;
  return active === 1
    ? `1 run finishes, or goes back to its queue ${after}`
    : `${active} runs finish, or go back to their queues ${after}`;
}
