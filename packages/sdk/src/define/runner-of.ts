import type { KindContext } from '../attempt/attempt-context.js';
import { NoRetry } from './attempt-control.js';
import type { Handler } from './define-handler.js';
import { parseInput } from './input-schema.js';

/** A handler as the engine calls it: its input is parsed first. */
export function runnerOf({ options, handle }: Handler): (ctx: KindContext) => unknown {
  const schema = options.input;
  if (!schema) return handle;
  return (ctx) => {
    const parsed = parseInput(schema, ctx.input);
    if (!parsed.ok)
      throw new NoRetry(`The input does not match the handler's schema: ${parsed.message}`, { code: 'INVALID_INPUT' });
    return handle(parsed.input === ctx.input ? ctx : ctx.withInput(parsed.input));
  };
}
