import { type Json, limits } from '@jobflow/contracts';

/** Leaves room for the rest of the result within 256 KiB. */
export const BODY_BYTES = 240 * 1024;
const CUT_BYTES = 16 * 1024;
const KEPT_HEADERS = [
  'content-type',
  'content-length',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'x-request-id',
];

/** Takes secrets out of texts; what is told whole is looked through when the attempt ends. */
export interface Redacting {
  text(text: string): string;
  cutText(text: string): string;
}

export interface ReadBody {
  bytes: Buffer;
  /** There was more. */
  cut: boolean;
}

/** Reads a body up to the cap, and no further. */
export async function readBody(stream: AsyncIterable<Buffer>): Promise<ReadBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > BODY_BYTES) return { bytes: Buffer.concat(chunks).subarray(0, CUT_BYTES), cut: true };
  }
  return { bytes: Buffer.concat(chunks), cut: false };
}

/** The result of an HTTP job: {status, headers, body}; `truncated` if only the body's beginning was kept, as text. */
export function httpResult(
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: ReadBody,
  redactor: Redacting,
): Json {
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, redactor.text(String(value)).slice(0, 1000)] as const];
  });
  const result = {
    status,
    headers: Object.fromEntries(kept),
    body: bodyValue(body, String(headers['content-type'] ?? ''), redactor),
    ...(body.cut && { truncated: true }),
  };
  // Escapes can make a text far longer as JSON than it was.
  const fits = Buffer.byteLength(JSON.stringify(result)) <= limits.resultBytes;
  const beginning = redactor.cutText(body.bytes.subarray(0, CUT_BYTES).toString('utf8'));
  return fits ? result : { ...result, body: beginning, truncated: true };
}

/** JSON as JSON, text as text; of anything else only how long it is. */
function bodyValue({ bytes, cut }: ReadBody, contentType: string, redactor: Redacting): Json {
  if (bytes.length === 0) return null;
  const text = cut ? redactor.cutText(bytes.toString('utf8')) : bytes.toString('utf8');
  if (!cut && /[/+]json\b/i.test(contentType)) {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return text;
    }
  }
  const binary = /^(image|audio|video|font)\/|octet-stream|zip|pdf/i.test(contentType);
  return binary ? `(${cut ? 'more than ' : ''}${cut ? BODY_BYTES : bytes.length} bytes of ${contentType})` : text;
}
