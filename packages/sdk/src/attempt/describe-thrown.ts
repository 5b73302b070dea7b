import type { AttemptError } from '@jobflow/domain';
import { storableText, withoutUserInfo } from './storable-text.js';

const MESSAGE_BYTES = 4 * 1024;
const STACK_BYTES = 8 * 1024;
const FRAMES = 20;
const CODE = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Whatever a handler threw, in words. Never throws, not even for a value whose every property does. */
export function describeThrown(thrown: unknown): AttemptError {
  try {
    return thrown instanceof Error ? describeError(thrown) : describeOther(thrown);
  } catch {
    return { message: 'The handler threw a value that cannot be described', code: 'NON_ERROR_THROWN' };
  }
}

function describeError(error: Error): AttemptError {
  const { code, retryable } = error as Error & { code?: unknown; retryable?: unknown };
  const message = clean(String(error.message || error.name || 'Error'), MESSAGE_BYTES);
  return {
    message,
    ...(typeof code === 'string' && CODE.test(code) && { code }),
    ...(typeof error.stack === 'string' && { stack: trimStack(withCauses(error)) }),
    ...(retryable === false && { retryable: false }),
  };
}

function describeOther(thrown: unknown): AttemptError {
  const shown = typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  const kind = thrown === null ? 'null' : typeof thrown;
  return {
    message: clean(`The handler threw no Error, but ${kind} ${shown}`, MESSAGE_BYTES),
    code: 'NON_ERROR_THROWN',
  };
}

function withCauses(error: Error): string {
  let text = error.stack ?? '';
  let cause = error.cause;
  for (let depth = 0; depth < 3 && cause instanceof Error; depth++) {
    text += `\nCaused by: ${cause.stack ?? cause.message}`;
    cause = cause.cause;
  }
  return text;
}

/** The frames of the handler's own code; how Node and Jobflow called it tells its author nothing. */
function trimStack(stack: string): string {
  let frames = 0;
  const kept = stack.split('\n').filter((line) => {
    if (!/^\s+at /.test(line)) return true;
    if (/\(?node:internal\/|[/\\]packages[/\\]sdk[/\\]dist[/\\]|@jobflow[/\\]sdk[/\\]dist[/\\]/.test(line))
      return false;
    return ++frames <= FRAMES;
  });
  return clean(kept.join('\n'), STACK_BYTES);
}

const clean = (text: string, maxBytes: number) => storableText(withoutUserInfo(text), maxBytes);
