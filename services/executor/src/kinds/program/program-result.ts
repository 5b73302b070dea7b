import type { Json } from '@jobflow/contracts';
import type { OutputTail } from '../../process/output-tail.js';

const TEXT_BYTES = 4 * 1024;

/**
 * The result of a shell or Python job: its last line of standard output, if that is JSON; else the end of its standard
 * output as text, at most 4 KiB of it; nothing, if it printed nothing.
 * @param redact takes secrets out of text before it is cut
 */
export function programResult(tail: OutputTail, redact: (text: string) => string): Json | undefined {
  const text = tail.text.trimEnd();
  if (text === '') return undefined;
  const lineAt = text.lastIndexOf('\n') + 1;
  if (lineAt > 0 || !tail.cut) {
    try {
      return JSON.parse(text.slice(lineAt)) as Json;
    } catch {
      // Not JSON: text, then.
    }
  }
  const bytes = Buffer.from(redact(text));
  if (bytes.length <= TEXT_BYTES) return bytes.toString('utf8');
  return new TextDecoder().decode(bytes.subarray(bytes.length - TEXT_BYTES)).replace(/^\ufffd+/, '');
}
