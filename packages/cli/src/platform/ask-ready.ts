import { talk } from '../backing/talk.js';

/**
 * Asks a service's health server whether it is ready; rejects if it is not. By hand, because node:http would stay in the
 * supervisor's memory with 9 MB.
 */
export async function askReady(port: number): Promise<void> {
  const opening = 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n';
  const status = await talk<string>({ host: '127.0.0.1', port, opening }, (heard) => {
    const line = /^HTTP\/1\.\d (\d{3})/.exec(heard.toString('latin1'));
    return line ? { answer: line[1] as string } : 'wait';
  });
  if (status !== '200') throw new Error(`not ready (${status})`);
}
