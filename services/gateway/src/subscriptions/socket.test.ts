import { EventEmitter } from 'node:events';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { adaptSocket } from './socket.js';

/** A socket whose other end reads, and answers pings, only when told. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  protocol = 'graphql-transport-ws';
  sent: (() => void)[] = [];
  answersPings = true;
  closedWith: number | undefined;

  send(_data: string, done: () => void): void {
    this.sent.push(done);
  }

  ping(): void {
    if (this.answersPings) this.emit('pong');
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.readyState = 3;
    this.emit('close');
  }
}

function open() {
  const clock = testClock();
  const socket = new FakeSocket();
  const faults: unknown[] = [];
  const adapter = adaptSocket(socket as unknown as WebSocket, clock, (error) => faults.push(error));
  return { clock, socket, adapter, faults };
}

describe('a socket', () => {
  it('takes the next frame only when the system has taken the one before', async () => {
    const { socket, adapter } = open();
    let taken = false;
    const sending = Promise.resolve(adapter.send('frame')).then(() => (taken = true));
    await Promise.resolve();
    expect(taken).toBe(false);
    socket.sent[0]?.();
    await sending;
    expect(taken).toBe(true);
  });

  it('is cut when its reader takes nothing for half a minute, not when it is merely slow', async () => {
    const { clock, socket, adapter } = open();
    void adapter.send('one');
    void adapter.send('two');
    await clock.advance(25_000);
    socket.sent[0]?.();
    await clock.advance(25_000);
    expect(socket.readyState).toBe(1);
    await clock.advance(12_000);
    expect(socket.readyState).toBe(3);
    expect(clock.timers()).toBe(0);
  });

  it('is cut when nobody answers its pings', async () => {
    const { clock, socket } = open();
    await clock.advance(60_000);
    expect(socket.readyState).toBe(1);
    socket.answersPings = false;
    await clock.advance(24_000);
    expect(socket.readyState).toBe(3);
  });

  it('that is closed takes no frames and holds no timer', async () => {
    const { clock, socket, adapter } = open();
    socket.terminate();
    await adapter.send('late');
    expect(socket.sent).toEqual([]);
    expect(clock.timers()).toBe(0);
  });

  it('is closed by a message that its handler cannot take, which is told once', async () => {
    const { socket, adapter, faults } = open();
    const fault = new Error('unexpected');
    adapter.onMessage(() => Promise.reject(fault));
    socket.emit('message', 'hello');
    await new Promise((resolve) => setImmediate(resolve));
    expect([socket.closedWith, faults]).toEqual([4500, [fault]]);
  });
});
