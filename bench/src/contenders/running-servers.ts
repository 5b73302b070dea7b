interface Stoppable {
  stop(): Promise<void>;
}

const running = new Set<Stoppable>();
const interruption = new AbortController();

/** Aborted by `stopServers`; for those that are being started. */
export const interrupted: AbortSignal = interruption.signal;

/** Notes servers that run, so that an interruption can stop them; returns what forgets and stops them. */
export function noteServers(servers: Stoppable): () => Promise<void> {
  running.add(servers);
  return async () => {
    running.delete(servers);
    await servers.stop();
  };
}

/** Stops all that run or are being started: whoever uses them fails. */
export async function stopServers(): Promise<void> {
  interruption.abort();
  await Promise.allSettled([...running].map((servers) => servers.stop()));
}
