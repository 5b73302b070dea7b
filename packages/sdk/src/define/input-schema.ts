import type { Json } from '@jobflow/contracts';
import { z } from 'zod';

/** A JSON Schema as plain data. */
export type JsonSchema = { [keyword: string]: Json };
/** What a handler's input must look like: a zod schema, or a JSON Schema. */
export type InputSchema = z.ZodType | JsonSchema;
/** The handler's view of its input. A JSON Schema says nothing to the compiler, so its input is `any`. */
// biome-ignore lint/suspicious/noExplicitAny: without a zod schema the type of the input is the author's to know
export type InputOf<S> = S extends z.ZodType ? z.output<S> : any;
/** What is sent: before defaults and transformations. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type InputSent<S> = S extends z.ZodType ? z.input<S> : any;

export type ParsedInput = { ok: true; input: unknown } | { ok: false; message: string };

/** True for a schema of zod 4, also one made by another copy of zod than ours. */
export function isZod(schema: InputSchema): schema is z.ZodType {
  return '_zod' in schema && typeof (schema as { safeParse?: unknown }).safeParse === 'function';
}

/** The JSON Schema that the gateway checks inputs with and the dashboard draws a form from. */
export function toJsonSchema(schema: InputSchema): JsonSchema {
  if (!isZod(schema)) return schema;
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

/**
 * Applies a zod schema, with its defaults and transformations. Input of a JSON Schema was checked when the run was
 * enqueued, or when its templates were filled, and passes as it is.
 */
export function parseInput(schema: InputSchema | undefined, input: unknown): ParsedInput {
  if (!schema || !isZod(schema)) return { ok: true, input };
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, input: parsed.data };
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${['input', ...issue.path].join('.')}: ${issue.message}`);
  return { ok: false, message: issues.join('; ') };
}
