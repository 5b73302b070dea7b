import { JobflowError, unavailable } from './jobflow-error.js';

/** The gateway writes a comment every 12 s; so long without anything, and the connection is dead. */
const SILENCE_MS = 40_000;
/** A frame that is longer ends the stream: nothing the API sends comes near it. */
const LONGEST_FRAME = 64 * 1024 * 1024;

/**
 * The data of the `next` events of a graphql-sse response ("distinct connections" mode), until `complete`. Read only as
 * fast as they are taken: what waits is in the sockets' buffers, and behind them the gateway conflates.
 * @throws JobflowError UNAVAILABLE when the connection ends before `complete`
 */
export async function* readEvents(
  response: Response,
  giveUp: () => void,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader();
  if (!reader) throw unavailable('The stream of events has no body');
  const decoder = new TextDecoder();
  let text = '';
  let timer = setTimeout(giveUp, SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) throw unavailable('The stream of events ended early');
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const { event, data } = parseEvent(text.slice(0, end));
        text = text.slice(end + 2);
        if (event === 'complete') return;
        if (event === 'next') yield data;
      }
      if (text.length > LONGEST_FRAME) throw new JobflowError('PAYLOAD_TOO_LARGE', 'A frame of the stream is too long');
      timer = setTimeout(giveUp, SILENCE_MS);
    }
  } catch (error) {
    if (error instanceof JobflowError) throw error;
    signal.throwIfAborted();
    throw unavailable('The stream of events broke', error);
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined);
  }
}

function parseEvent(block: string): { event: string; data: string } {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return { event, data: data.join('\n') };
}
