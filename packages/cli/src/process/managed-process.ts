import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveWay } from '@jobflow/platform';
import type { Log } from '../log.js';
import { messageOf, PlainError } from '../plain-error.js';
import { exited, lastWords } from './child-ending.js';
import type { Launch } from './end-with-parent.js';
import { lineSplitter } from './line-splitter.js';
import type { PidFiles } from './pid-files.js';
import { deathsInARow, restartDelay } from './restart-delay.js';
import type { RotatingLog } from './rotating-log.js';

export interface ProcessSpec {
  name: string;
  /** Asked for anew at every start, so that a port can change. */
  launch(): Launch | Promise<Launch>;
  /** Resolves when the process does its work; rejects while it does not yet. Asked again and again. */
  probe(): Promise<void>;
  stopSignal: NodeJS.Signals;
  /** After this long a stopping process is killed. */
  stopTimeoutMs: number;
  startTimeoutMs: number;
  /** How much it gives way to others while processor time is short: 0, the default, to 19. */
  nice?: number;
  /** A channel whose end tells the process that its supervisor is gone. */
  ipc?: boolean;
  /** What the process is busy with while it stops, in words; asked only then. */
  busyWith?(): Promise<string>;
  /** An end with this code was wished by somebody else: it is not started again. */
  staysDown?(exitCode: number): boolean;
  /** Every line the process says. */
  onLine?(line: string): void;
  /** Turns the last words of a process that would not start into the reason to show. */
  reason?(lastLines: readonly string[]): string | undefined;
  /** For a process that is not our child, like a container. */
  kill?(): Promise<void>;
}

export interface ProcessSurroundings {
  log: Log;
  output: RotatingLog;
  pids: PidFiles;
  /** Milliseconds, for the length of its lives. */
  now?: () => number;
}

const PROBE_EVERY_MS = 40;
/** A process that dies this often before it was ever ready will not get better. */
const MAX_FIRST_DEATHS = 3;
const LAST_LINES = 20;

/**
 * A process that is kept running: started, watched, started again when it dies, stopped.
 *
 *     stopped ──start──▶ starting ──probe──▶ ready ──dies──▶ waiting ──delay──▶ starting
 *        ▲                  │ dies 3 times, never ready         │
 *        └──────stop────────┴───────────────────────────────────┘
 */
export class ManagedProcess {
  readonly name: string;
  #child: ChildProcess | undefined;
  #running: Promise<void> | undefined;
  #stop = new AbortController();
  #ready!: PromiseWithResolvers<void>;
  #lastLines: string[] = [];
  #deaths = 0;
  #wasReady = false;
  /** Since when the process that runs now, or ran last, has been ready. */
  #readyAt: number | undefined;
  /** Of the process that ended last; null if a signal ended it. */
  #exitCode: number | null = null;

  constructor(
    private readonly spec: ProcessSpec,
    private readonly around: ProcessSurroundings,
  ) {
    this.name = spec.name;
    this.#awaitReady();
  }

  /** The pid of the process that runs now; undefined between a death and the next start. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process, unless it is started; resolves when it is ready, rejects if it does not become so. */
  async start(): Promise<void> {
    if (!this.#running) {
      this.#stop = new AbortController();
      this.#awaitReady();
      this.#deaths = 0;
      this.#wasReady = false;
      this.#running = this.#keepRunning(this.#stop.signal);
    }
    const timeout = setTimeout(() => this.#giveUp('did not become ready in time'), this.spec.startTimeoutMs);
    try {
      await this.#ready.promise;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Resolves when the process is ready: at once, or after the restart that is under way. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Ends the process and does not start it again. May be called twice, and before `start`. Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#ready.reject(new PlainError(`${this.name} was stopped.`));
    const child = this.#child;
    if (child) {
      child.kill(this.spec.stopSignal);
      const timer = setTimeout(() => void this.#kill(child), this.spec.stopTimeoutMs);
      await this.#running;
      clearTimeout(timer);
    }
    await this.#running;
    this.#running = undefined;
  }

  /** Its name and what it is busy with, as long as its process is there. */
  async stillRunning(): Promise<string | undefined> {
    if (this.#child === undefined) return undefined;
    const busy = await this.spec.busyWith?.().catch(() => undefined);
    return this.#child === undefined ? undefined : this.name + (busy ? ` (${busy})` : '');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends the process by SIGKILL, as a crash would; resolves when it is gone. It is started again at once. */
  async kill9(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = exited(child);
    await this.#kill(child);
    await gone;
  }

  /** Ends the process by SIGKILL and does not start it again. */
  async forceStop(): Promise<void> {
    this.#stop.abort();
    await this.kill9();
  }

  #now(): number {
    return (this.around.now ?? performance.now.bind(performance))();
  }

  #awaitReady(): void {
    this.#ready = Promise.withResolvers();
    this.#ready.promise.catch(() => {}); // whoever waits hears of it
  }

  async #keepRunning(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const ending = await this.#runOnce(stop);
      if (stop.aborted) return;
      if (this.#wasReady && this.#exitCode !== null && this.spec.staysDown?.(this.#exitCode)) {
        this.around.log.info(`${this.name} was shut down, and stays down until the next start.`);
        this.#ready.reject(new PlainError(`${this.name} was shut down.`));
        this.#running = undefined;
        return;
      }
      this.#deaths = deathsInARow(this.#deaths, this.#readyAt === undefined ? undefined : this.#now() - this.#readyAt);
      if (!this.#wasReady && this.#deaths >= MAX_FIRST_DEATHS) {
        this.#giveUp(ending);
        return;
      }
      const delayMs = restartDelay(this.#deaths);
      const when = delayMs ? `in ${delayMs / 1000} s` : 'now';
      if (this.#wasReady) this.around.log.warn(`${this.name} ${ending}; starting it again ${when}.`);
      await sleep(delayMs, undefined, { signal: stop }).catch(() => {});
    }
  }

  /** From the start of a process to its end; answers how it ended. */
  async #runOnce(stop: AbortSignal): Promise<string> {
    this.#exitCode = null;
    this.#readyAt = undefined;
    try {
      const launch = await this.spec.launch();
      if (stop.aborted) return 'was stopped';
      const child = this.#spawn(launch);
      const ending = exited(child);
      if (child.pid !== undefined) await this.around.pids.record(this.name, child.pid, this.spec.stopSignal);
      const ended = new AbortController();
      void this.#probeUntilReady(AbortSignal.any([stop, ended.signal]));
      const how = await ending;
      ended.abort();
      this.#exitCode = child.exitCode;
      await lastWords(child);
      this.#child = undefined;
      this.#sweepGroup(child);
      this.around.pids.forget(this.name);
      return how;
    } catch (error) {
      return `could not be started: ${messageOf(error)}`;
    }
  }

  #spawn(launch: Launch): ChildProcess {
    const { file, args, ...options } = launch;
    const child = spawn(file, args, {
      ...options,
      // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops things in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(this.spec.ipc ? (['ipc'] as const) : [])],
    });
    if (child.pid !== undefined && this.spec.nice) giveWay(child.pid, this.spec.nice);
    this.#child = child;
    const split = lineSplitter((line) => this.#hear(line));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.around.output.write(chunk);
        split(chunk.toString('utf8'));
      });
      stream?.on('error', () => {});
    }
    child.on('error', () => {}); // told by `exited`
    child.once('exit', () => {
      if (this.#wasReady && !this.#stop.signal.aborted) this.#awaitReady();
    });
    return child;
  }

  #hear(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
    this.spec.onLine?.(line);
  }

  async #probeUntilReady(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      try {
        await this.spec.probe();
        if (until.aborted) return;
        this.#wasReady = true;
        this.#readyAt = this.#now();
        this.#ready.resolve();
        return;
      } catch {
        await sleep(PROBE_EVERY_MS, undefined, { signal: until }).catch(() => {});
      }
    }
  }

  #giveUp(ending: string): void {
    const reason = this.spec.reason?.(this.#lastLines) ?? this.#lastLines.findLast((line) => line.trim() !== '');
    this.#ready.reject(new PlainError(`${this.name} ${ending}${reason ? `: ${reason}` : ''}.`.replace(/\.+$/, '.')));
  }

  async #kill(child: ChildProcess): Promise<void> {
    await this.spec.kill?.();
    child.kill('SIGKILL');
  }

  /** What a dead process leaves in its group, like the shell commands of an executor, ends with it. */
  #sweepGroup(child: ChildProcess): void {
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // nothing left
    }
  }
}
