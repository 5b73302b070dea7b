import { checkUrl, ForbiddenAddressError } from '@jobflow/platform';
import { type Dispatcher, request } from 'undici';

export interface WebhookRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}
export interface WebhookAnswer {
  status?: number;
  durationMs: number;
  /** Absent when the receiver took it. */
  error?: string;
  responseHeaders?: Record<string, string>;
  responseBody?: string;
  retryAfter?: string;
  /** It makes no sense to try again: the address is forbidden. */
  final?: boolean;
}

export interface WebhookSender {
  dispatcher: Dispatcher;
  allow: readonly string[];
  timeoutMs?: number;
}

const READ_BYTES = 64 * 1024;
const KEPT_BYTES = 16 * 1024;
const TIMEOUT_MS = 15_000;

/** Sends once. Never follows a redirect, and takes 15 s at most for everything, a dripping answer included. */
export async function sendWebhook(
  { url, headers, body }: WebhookRequest,
  { dispatcher, allow, timeoutMs = TIMEOUT_MS }: WebhookSender,
): Promise<WebhookAnswer> {
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  const checked = checkUrl(url, { allow, httpsOnly: true });
  if (!checked.ok) return { durationMs: 0, error: `the URL ${checked.reason}`, final: true };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await request(url, { method: 'POST', headers, body, dispatcher, signal });
    const responseBody = await readBounded(response.body, signal);
    const { statusCode: status } = response;
    const retryAfter = response.headers['retry-after'];
    return {
      status,
      durationMs: took(),
      responseHeaders: flatHeaders(response.headers),
      responseBody,
      ...(typeof retryAfter === 'string' && { retryAfter }),
      ...(status >= 200 && status < 300 ? {} : { error: explain(status) }),
    };
  } catch (error) {
    const forbidden = error instanceof ForbiddenAddressError || (error as Error).cause instanceof ForbiddenAddressError;
    const timedOut = (error as Error).name === 'TimeoutError';
    const message = timedOut ? `no complete answer within ${timeoutMs / 1000} s` : (error as Error).message;
    return { durationMs: took(), error: message, ...(forbidden && { final: true }) };
  }
}

const explain = (status: number): string =>
  status >= 300 && status < 400 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;

async function readBounded(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  signal: AbortSignal,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= READ_BYTES) {
      body.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString();
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name] = /cookie|authenticate/i.test(name) ? '[redacted]' : [value].flat().join(', ').slice(0, 1_000);
  }
  return flat;
}
