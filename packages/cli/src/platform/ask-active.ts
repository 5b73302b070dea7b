import { talk } from '../backing/talk.js';

/** How many runs an executor is carrying out, as its metrics say. */
export async function askActive(port: number): Promise<number> {
  const opening = 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n';
  return talk<number>({ host: '127.0.0.1', port, opening, timeoutMs: 1_000 }, (heard) => {
    const value = /^jobflow_attempts_active (\d+)\r?\n/m.exec(heard.toString('latin1'))?.[1];
    return value === undefined ? 'wait' : { answer: Number(value) };
  });
}
