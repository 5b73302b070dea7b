import { addAbortListener } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from '@jobflow/platform';
import type { FormattedExecutionResult } from 'graphql';
import type { Context } from '../context/context.js';
import { presentErrors } from '../errors/present-errors.js';
import { unauthenticated } from '../errors/refusals.js';
import type { ClientWatch } from './client-watch.js';
import { Frames } from './frames.js';
import type { OperationRequest, PrepareOperation } from './prepare-operation.js';

/*
 * GraphQL over Server-Sent Events, "distinct connections" mode (github.com/enisdenjo/graphql-sse, PROTOCOL.md): one
 * POST, one operation, events `next` and `complete`. Written here because the library's server keeps whatever a slow
 * reader has not taken; this one waits for the reader, so that the source conflates, and cuts it when it stalls.
 */

const commentEveryMs = 12_000;
const stalledMs = 30_000;

export interface EventStreamParts {
  prepare: PrepareOperation;
  watch: ClientWatch;
  clock: Clock;
}

export interface StreamClient {
  ctx: Context;
  authorization: string | undefined;
  /** Aborts `ctx.signal`. */
  gone: AbortController;
}

/** Answers one operation as an event stream; returns when it has ended. */
export async function serveEventStream(
  { ctx, authorization, gone }: StreamClient,
  request: OperationRequest,
  response: ServerResponse,
  { prepare, watch, clock }: EventStreamParts,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const write = writerOf(response, clock);
  const unwatch = ctx.principal
    ? watch.watch({ authorization, principal: ctx.principal, end: (reason) => gone.abort(reason) })
    : undefined;
  response.once('close', () => gone.abort());
  const comments = setInterval(() => void write(':\n\n'), commentEveryMs);
  try {
    await write(':\n\n');
    const prepared = await prepare(ctx, request);
    const result = prepared.ok ? await prepared.perform() : { errors: prepared.errors };
    if (result instanceof Frames) {
      addAbortListener(gone.signal, () => void result.return());
      for await (const frame of result) await write(next(frame));
      if (typeof gone.signal.reason === 'string') await write(next(ended(ctx, gone.signal.reason)));
    } else {
      await write(next(result));
    }
    await write('event: complete\ndata: \n\n');
  } finally {
    clearInterval(comments);
    unwatch?.();
    gone.abort();
    response.end();
  }
}

const next = (result: FormattedExecutionResult): string => `event: next\ndata: ${JSON.stringify(result)}\n\n`;

function ended(ctx: Context, reason: string): FormattedExecutionResult {
  const { correlationId, logger, config } = ctx;
  const error = unauthenticated(`This stream ends: ${reason}.`);
  return { errors: presentErrors([error], { correlationId, logger, introspection: config.introspection }) };
}

/** Writes resolve when there is room for more; a reader that makes none for too long is cut. */
function writerOf(response: ServerResponse, clock: Clock): (text: string) => Promise<void> {
  return (text) => {
    if (response.destroyed || response.writableEnded || response.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        stalled.cancel();
        response.off('drain', go);
        response.off('close', go);
        resolve();
      };
      const stalled = clock.setTimer(stalledMs, () => response.destroy());
      response.once('drain', go);
      response.once('close', go);
    });
  };
}
