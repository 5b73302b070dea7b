import { isNativeError } from 'node:util/types';
import type { AttemptError } from '@jobflow/domain';
import { kindOf } from '../define/kind-of.js';
import { storableText, withoutUserInfo } from './storable-text.js';

const MESSAGE_BYTES = 4 * 1024;
const STACK_BYTES = 8 * 1024;
const FRAMES = 20;
const CODE = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Whatever a handler threw, in words. Never throws, not even for a value whose every property does. */
export function describeThrown(thrown: unknown): AttemptError {
  try {
    return isError(thrown) ? describeError(thrown) : describeOther(thrown);
  } catch {
    return { message: 'The handler threw a value that cannot be described', code: 'NON_ERROR_THROWN' };
  }
}

/** Also one of another realm, as code in `node:vm` throws it, whose JSON is empty. */
const isError = (value: unknown): value is Error => value instanceof Error || isNativeError(value);

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

/**
 * The value itself goes last: it may be long, and where the whole is cut, the cut must be its end, so that a secret which
 * began there is still found.
 */
function describeOther(thrown: unknown): AttemptError {
  const shown = shownOf(thrown);
  const which = thrown === '' ? 'an empty string' : kindOf(thrown);
  const message =
    thrown === undefined || thrown === null
      ? `The handler threw ${which}, or rejected with it: only an Error says what went wrong and where`
      : `The handler threw ${which}, and only an Error says where it came from${shown && `: ${shown}`}`;
  return { message: clean(message, MESSAGE_BYTES), code: 'NON_ERROR_THROWN' };
}

/** What there is to read in it: of an object its JSON, else its message; nothing, if it has neither. */
function shownOf(thrown: unknown): string {
  if (typeof thrown === 'function') return thrown.name;
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const json = jsonOf(thrown);
  if (json !== undefined && json !== '{}') return json;
  const { message } = thrown as { message?: unknown };
  return typeof message === 'string' ? message : '';
}

function jsonOf(thrown: object): string | undefined {
  try {
    return JSON.stringify(thrown);
  } catch {
    return undefined;
  }
}

function withCauses(error: Error): string {
  let text = error.stack ?? '';
  let cause = error.cause;
  for (let depth = 0; depth < 3 && isError(cause); depth++) {
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
