import { createHash } from 'node:crypto';

const MAX_MESSAGE = 2_000;

/**
 * What groups errors that are the same mistake: a short hash of the job, the message without its particulars, and the
 * stack's top frame without its line. 16 hex digits.
 */
export function fingerprint(job: string, message: string, stack?: string): string {
  const what = `${job}\n${generalise(message)}\n${topFrame(stack)}`;
  return createHash('sha256').update(what).digest('hex').slice(0, 16);
}

/** The message without quoted text, ids, hex and numbers: what differs from one occurrence to the next. */
export function generalise(message: string): string {
  return message
    .slice(0, MAX_MESSAGE)
    .replace(/"[^"\n]*"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)/g, '<text>')
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b(?:0x[0-9a-f]+|[0-9a-f]{8,})\b/gi, '<id>')
    .replace(/\b[a-z_]*\d[a-z_\d]*\b/gi, '<n>')
    .replace(/<n>(?:[.,:/-]<n>)+/g, '<n>')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `function (file)` of the first frame that is neither Node's nor a dependency's, or of the first one. */
function topFrame(stack: string | undefined): string {
  if (!stack) return '';
  const frames = stack
    .slice(0, 16_384)
    .split('\n')
    .filter((line) => /^\s*at /.test(line));
  const frame = frames.find((line) => !/node:|node_modules/.test(line)) ?? frames[0];
  if (!frame) return '';
  const parts = /^\s*at (?:(.*?) \()?(.*?)(?::\d+)?(?::\d+)?\)?$/.exec(frame.slice(0, 500));
  const file = parts?.[2]?.split(/[\\/]/).at(-1)?.split('?')[0] ?? '';
  return `${parts?.[1] ?? ''} (${file})`;
}
