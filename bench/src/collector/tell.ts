/** Speaks to the collector that BENCH_COLLECTOR names, over one connection a process. */
import { connect, type Socket } from 'node:net';

let socket: Socket | undefined;
const waiting: (() => void)[] = [];

function connection(): Socket {
  if (socket) return socket;
  socket = connect(Number(process.env.BENCH_COLLECTOR), '127.0.0.1').setNoDelay(true);
  socket.setEncoding('latin1').on('data', (marks: string) => {
    for (const _ of marks) waiting.shift()?.();
  });
  socket.unref();
  return socket;
}

/** Sends a line, and goes on. */
export function tell(line: string): void {
  connection().write(`${line}\n`);
}

/** Sends a line, and waits until the collector has taken note of it. */
export function confirm(line: string): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    tell(`!${line}`);
  });
}
