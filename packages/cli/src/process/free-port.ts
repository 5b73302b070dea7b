import { createServer } from 'node:net';

/** Below the range from which the kernel takes the ports of outgoing connections, so that a port stays free. */
const FIRST = 18_000;
const LAST = 31_999;

/** Whether a port can be listened on: the reason why not otherwise, as the system calls it (`EADDRINUSE`). */
export function tryPort(port: number, host = '127.0.0.1'): Promise<{ port: number } | { code: string }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? error.message }));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve({ port: typeof address === 'object' && address ? address.port : port }));
    });
  });
}

/** A loopback port that nobody uses, unlike any in `taken`. */
export async function freePort(taken: ReadonlySet<number> = new Set(), random = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const candidate = FIRST + Math.floor(random() * (LAST - FIRST + 1));
    if (!taken.has(candidate) && 'port' in (await tryPort(candidate))) return candidate;
  }
  const answer = await tryPort(0);
  if ('port' in answer) return answer.port;
  throw new Error(`no free port: ${answer.code}`);
}
