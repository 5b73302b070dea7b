import { once } from 'node:events';
import { connect } from 'node:net';

/** Resolves if the Redis at redis://:password@host:port lets us in and answers. */
export async function askRedis(url: string): Promise<void> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname).setTimeout(1_000, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    socket.setEncoding('latin1').write(`AUTH ${password}\r\nPING\r\n`);
    let heard = '';
    while (!heard.includes('+PONG')) {
      const [chunk] = await once(socket, 'data');
      heard += chunk;
      if (heard.startsWith('-')) throw new Error(heard.trim());
    }
  } finally {
    socket.destroy();
  }
}
