import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from './process-identity.js';

interface PidFile {
  pid: number;
  identity: string | undefined;
  stopSignal: NodeJS.Signals;
}

const GRACE_MS = 8_000;

/**
 * Which processes belong to a data directory: what a crashed start left running is found and ended by the next.
 * A pid is only trusted together with the time its process was started, since pids are given out again.
 */
export class PidFiles {
  constructor(private readonly dir: string) {
    mkdirSync(dir, { recursive: true });
  }

  async record(name: string, pid: number, stopSignal: NodeJS.Signals): Promise<void> {
    // Written at once, before the process can be lost; the identity follows.
    this.#write(name, { pid, identity: undefined, stopSignal });
    this.#write(name, { pid, identity: await processIdentity(pid), stopSignal });
  }

  forget(name: string): void {
    rmSync(join(this.dir, `${name}.json`), { force: true });
  }

  /** Ends what is left of an earlier start, politely first. Answers with the names of what was still running. */
  async stopLeftovers(graceMs = GRACE_MS): Promise<string[]> {
    const names = (await readdir(this.dir)).filter((name) => name.endsWith('.json'));
    const stopped = await Promise.all(names.map((name) => this.#stopLeftover(name, graceMs)));
    return stopped.filter((name) => name !== undefined);
  }

  async #stopLeftover(file: string, graceMs: number): Promise<string | undefined> {
    const path = join(this.dir, file);
    const left = await readPidFile(path);
    const running = left?.identity !== undefined && (await isSame(left));
    if (left && running) {
      signal(left.pid, left.stopSignal);
      const until = Date.now() + graceMs;
      while (Date.now() < until && (await isSame(left))) await sleep(50);
      if (await isSame(left)) signal(left.pid, 'SIGKILL');
      while (await isSame(left)) await sleep(20);
    }
    await rm(path, { force: true });
    return running ? file.replace(/\.json$/, '') : undefined;
  }

  #write(name: string, content: PidFile): void {
    writeFileSync(join(this.dir, `${name}.json`), JSON.stringify(content), { mode: 0o600 });
  }
}

/** Whether a process that another command recorded in this folder runs. */
export async function runsRecorded(dir: string, name: string): Promise<boolean> {
  const recorded = await readPidFile(join(dir, `${name}.json`));
  return recorded?.identity !== undefined && (await isSame(recorded));
}

/** Signals a process that another command recorded in this folder. False if it does not run. */
export async function signalRecorded(dir: string, name: string, signalName: NodeJS.Signals): Promise<boolean> {
  const recorded = await readPidFile(join(dir, `${name}.json`));
  if (recorded?.identity === undefined || !(await isSame(recorded))) return false;
  signal(recorded.pid, signalName);
  return true;
}

const isSame = async (left: PidFile): Promise<boolean> => (await processIdentity(left.pid)) === left.identity;

async function readPidFile(path: string): Promise<PidFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PidFile;
  } catch {
    return undefined; // cut off by the crash
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // gone in the meantime
  }
}
