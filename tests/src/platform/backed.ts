import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNats, ensureStreams, type Logger, type NatsLink } from '@jobflow/platform';
import { startTestServers, type TestServers } from '../backing/start-test-servers.js';

const nothing = () => undefined;
/** A logger that says nothing. */
export const silent = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
} as unknown as Logger;

export interface Backed extends AsyncDisposable {
  backing: TestServers;
  /** A link of the test's own; streams are there. */
  link: NatsLink;
  connect(): Promise<NatsLink>;
}

/** A private NATS server with Jobflow's streams. */
export async function backedByNats(options: { fsync?: boolean } = {}): Promise<Backed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobflow-platform-'));
  const backing = await startTestServers({ dataDir, only: ['nats'], fsync: options.fsync ?? false });
  const links: NatsLink[] = [];
  const connect = async () => {
    const link = await connectNats(backing.natsUrl, { name: 'test', logger: silent });
    links.push(link);
    return link;
  };
  const link = await connect();
  await ensureStreams(link);
  return {
    backing,
    link,
    connect,
    async [Symbol.asyncDispose]() {
      for (const one of links) await one.stop();
      await backing.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits until this holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
