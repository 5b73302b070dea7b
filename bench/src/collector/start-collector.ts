import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Collector extends AsyncDisposable {
  readonly port: number;
  /** What to do with each line from now on. */
  listen(onLine: (line: string) => void): void;
}

/** Takes lines from handlers, wherever they run on this machine. A line that begins with `!` is answered once noted. */
export async function startCollector(): Promise<Collector> {
  let onLine: (line: string) => void = () => undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    let rest = '';
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      let answers = '';
      for (const line of lines) {
        const asked = line.startsWith('!');
        onLine(asked ? line.slice(1) : line);
        if (asked) answers += '.';
      }
      if (answers) socket.write(answers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    listen(listener) {
      onLine = listener;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
