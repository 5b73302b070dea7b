import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface HttpLoad {
  url: string;
  token: string;
  body: string;
  connections: number;
  seconds: number;
}

/**
 * Posts the same body over and over, one request at a time on each connection; the answers per second. It does next to
 * nothing with an answer, so that the server is what is measured, and not this client.
 */
export async function closedLoop({ url, token, body, connections, seconds }: HttpLoad): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  const request = Buffer.from(
    [
      `POST ${pathname} HTTP/1.1`,
      `host: ${hostname}:${port}`,
      'content-type: application/json',
      `authorization: Bearer ${token}`,
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      return socket.setNoDelay(true);
    }),
  );
  const started = performance.now();
  const until = started + seconds * 1000;
  const counts = await Promise.all(sockets.map((socket) => askUntil(socket, request, until)));
  const took = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  return counts.reduce((sum, count) => sum + count, 0) / took;
}

async function askUntil(socket: Socket, request: Buffer, until: number): Promise<number> {
  let answered = 0;
  let heard = '';
  const done = Promise.withResolvers<number>();
  socket.on('error', done.reject);
  socket.on('close', () => done.reject(new Error('the server closed the connection')));
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    heard += chunk;
    const body = bodyOf(heard);
    if (body === undefined) return;
    if (!heard.startsWith('HTTP/1.1 200') || body.startsWith('{"errors"')) {
      return done.reject(new Error(`refused: ${heard.slice(0, 500)}`));
    }
    heard = '';
    answered += 1;
    if (performance.now() >= until) done.resolve(answered);
    else socket.write(request);
  });
  socket.write(request);
  return done.promise;
}

/** The body of a whole answer; undefined while some of it is still to come. */
function bodyOf(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  if (length === undefined) throw new Error('an answer without a length');
  const body = text.slice(end + 4);
  return body.length >= Number(length) ? body : undefined;
}
