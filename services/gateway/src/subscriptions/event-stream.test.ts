import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { testClock } from '@jobflow/platform';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context/context.js';
import type { ClientWatch } from './client-watch.js';
import { serveEventStream } from './event-stream.js';
import { Frames } from './frames.js';
import type { Prepared } from './prepare-operation.js';

/** A response whose reader takes `room` writes and then no more, until told. */
class FakeResponse extends EventEmitter {
  text = '';
  destroyed = false;
  writableEnded = false;
  constructor(public room = Number.POSITIVE_INFINITY) {
    super();
  }
  writeHead(): void {}
  write(text: string): boolean {
    this.text += text;
    this.room--;
    return this.room > 0;
  }
  end(): void {
    this.writableEnded = true;
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const watch = { watch: () => () => undefined } as unknown as ClientWatch;

function serve(response: FakeResponse) {
  const clock = testClock();
  const gone = new AbortController();
  const ended = new AbortController();
  let made = 0;
  async function* endless() {
    while (!ended.signal.aborted) yield { data: { n: ++made } };
  }
  const prepare = async () =>
    ({ ok: true, args: {}, perform: async () => new Frames(endless(), ended) }) as unknown as ReturnType<never>;
  const ctx = {
    signal: gone.signal,
    logger: {},
    correlationId: 'c',
    config: { introspection: false },
  } as unknown as Context;
  const served = serveEventStream(
    { ctx, authorization: undefined, gone },
    { query: 'subscription { n }' },
    response as unknown as ServerResponse,
    { prepare, watch, clock },
  );
  return { clock, served, made: () => made };
}

describe('an event stream', () => {
  it('makes no frame that its reader has no room for', async () => {
    const response = new FakeResponse(4);
    const { clock, made } = serve(response);
    await clock.advance(1_000);
    expect(made()).toBe(3);
    response.room = 2;
    response.emit('drain');
    await clock.advance(1_000);
    expect(made()).toBe(5);
    response.destroy();
  });

  it('is cut when its reader takes nothing for half a minute', async () => {
    const response = new FakeResponse(4);
    const { clock, served } = serve(response);
    await clock.advance(29_000);
    expect(response.destroyed).toBe(false);
    await clock.advance(1_000);
    expect(response.destroyed).toBe(true);
    await served;
  });

  it('whose reader has gone before the first frame is made ends its source', async () => {
    const response = new FakeResponse();
    const ended = new AbortController();
    async function* silent() {
      await once(ended.signal, 'abort');
      yield {};
    }
    const prepared = Promise.withResolvers<Prepared>();
    const gone = new AbortController();
    const served = serveEventStream(
      { ctx: { signal: gone.signal } as Context, authorization: undefined, gone },
      { query: 'subscription { n }' },
      response as unknown as ServerResponse,
      { prepare: () => prepared.promise, watch, clock: testClock() },
    );
    response.destroy();
    prepared.resolve({ ok: true, args: {} as never, perform: async () => new Frames(silent(), ended) });
    await served;
    expect(ended.signal.aborted).toBe(true);
  });
});
