import type { FastifyInstance } from 'fastify';
import { badUserInput } from '../errors/refusals.js';

/** Takes JSON bodies only, and says where the JSON is broken. Anything else is 415, so no form of another site gets in. */
export function addJsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const parsed = parse(body);
    if (parsed.ok) done(null, parsed.value);
    else done(badUserInput({ body: parsed.fault }, `The body ${parsed.fault}.`));
  });
}

function parse(body: Buffer): { ok: true; value: unknown } | { ok: false; fault: string } {
  if (body.length === 0) return { ok: false, fault: 'is empty; send JSON with a query' };
  try {
    return { ok: true, value: JSON.parse(body.toString('utf8')) };
  } catch (error) {
    return { ok: false, fault: `is not JSON: ${where(error)}` };
  }
}

/** V8 quotes what it met; the place is enough. */
function where(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const [place] = /position \d+( \(line \d+ column \d+\))?/.exec(message) ?? [];
  if (place) return `it breaks at ${place}`;
  return /end of JSON/i.test(message) ? 'it ends too early' : 'it cannot be read';
}
