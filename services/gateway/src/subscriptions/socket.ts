import type { Clock } from '@jobflow/platform';
import type { Server } from 'graphql-ws';
import type { WebSocket } from 'ws';

/** A socket that takes nothing for this long is cut; meanwhile its frames are conflated, not piled up. */
const stalledMs = 30_000;
const pingEveryMs = 12_000;

type Opened = Server<{ socket: WebSocket; request: unknown }>['opened'];
type Adapter = Parameters<Opened>[0];

/**
 * What graphql-ws asks of a socket. `send` resolves once the system has taken the frame, and the next frame of a
 * subscription is made only then: that is what holds a slow reader's memory down.
 */
export function adaptSocket(socket: WebSocket, clock: Clock, onFault: (error: unknown) => void): Adapter {
  let unsent = 0;
  let sentAt = clock.now();
  let answered = true;

  const look = () => {
    const stalled = unsent > 0 && clock.now() - sentAt >= stalledMs;
    if (stalled || !answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
    timer = clock.setTimer(pingEveryMs, look);
  };
  let timer = clock.setTimer(pingEveryMs, look);
  socket.on('pong', () => {
    answered = true;
  });
  socket.once('close', () => timer.cancel());

  return {
    protocol: socket.protocol,
    send(data) {
      if (socket.readyState !== socket.OPEN) return Promise.resolve();
      if (unsent === 0) sentAt = clock.now();
      unsent++;
      return new Promise((resolve) => {
        // A failed send closes the socket, which ends everything on it: there is nothing to tell anybody.
        socket.send(data, () => {
          unsent--;
          sentAt = clock.now();
          resolve();
        });
      });
    },
    close: (code, reason) => socket.close(code, reason),
    onMessage(handle) {
      socket.on('message', (data) => {
        handle(String(data)).catch((error: unknown) => {
          onFault(error);
          socket.close(4500, 'Internal server error');
        });
      });
    },
  };
}
