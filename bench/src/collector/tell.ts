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

let gathered = '';
/** A write costs a handler that does nothing else more than its run costs the executor. */
const GATHER_MS = 20;

/** Sends a line together with those of the next 20 ms: for lines that bear their own time. */
export function tellSoon(line: string): void {
  if (gathered === '') setTimeout(sendGathered, GATHER_MS);
  gathered += `${line}\n`;
}

function sendGathered(): void {
  connection().write(gathered);
  gathered = '';
}

/** Sends a line, and waits until the collector has taken note of it. */
export function confirm(line: string): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    tell(`!${line}`);
  });
}
