import { type Json, limits } from '@jobflow/contracts';
import type { AttemptError } from '@jobflow/domain';

export type StorableResult = { ok: true; result: Json | undefined } | { ok: false; error: AttemptError };

/**
 * A handler's returned value as the JSON that will be stored: a copy, so that what the handler does to it afterwards
 * changes nothing. Nothing returned, functions and symbols are no result.
 */
export function storableResult(value: unknown): StorableResult {
  if (value === undefined || value === null || typeof value === 'boolean') return { ok: true, result: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { ok: true, result: value };
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it cannot be written as JSON';
    return refuse('RESULT_NOT_JSON', `The handler succeeded, but its result cannot be written as JSON: ${why}`);
  }
  if (text === undefined) return { ok: true, result: undefined };
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.resultBytes) {
    return refuse(
      'RESULT_TOO_LARGE',
      `The handler succeeded, but its result is ${Math.ceil(bytes / 1024)} KiB and at most ${limits.resultBytes / 1024} KiB are kept; store it elsewhere and return where`,
    );
  }
  const hostile = text.includes('\\u0000') || text.includes('\\ud');
  return { ok: true, result: JSON.parse(text, hostile ? cleanStrings : undefined) as Json };
}

/** Postgres stores neither NUL nor lone surrogates. */
function cleanStrings(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;
}

const refuse = (code: string, message: string): StorableResult => ({
  ok: false,
  error: { code, message, retryable: false },
});
