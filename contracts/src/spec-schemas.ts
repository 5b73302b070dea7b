import { z } from 'zod';
import { limits } from './limits.js';
import type { JobKind } from './names.js';
import { SecretName } from './secret-request.js';

/*
 * What each kind's `spec` looks like when it is saved: strings may hold templates, which are filled when a run starts.
 */

const text = z.string().max(limits.specBytes);
const plain = z.union([text, z.number(), z.boolean()]);
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');
/** A template in code would make input into code. Braces of other languages are none of ours. */
const holdsTemplate = (script: string): boolean => /\{\{\s*(input|run|parents|secrets)\b/.test(script);
const script = text
  .min(1)
  .refine(
    (code) => !holdsTemplate(code),
    'may not hold templates, which would make input into code; hand values over in args or env',
  );
const program = z.strictObject({
  script,
  args: z.array(plain).max(1000).optional(),
  env: z.record(variableName, plain).optional(),
});

/** Set by the connection, not by the job. */
const ownHeader = /^(host|content-length|connection|keep-alive|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i;
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, 'must be the name of a header')
  .refine((name) => !ownHeader.test(name), 'is set by the connection and cannot be set by a job');
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const method = z
  .string()
  .max(200)
  .refine(
    (text) => holdsTemplate(text) || METHODS.includes(text.toUpperCase()),
    `must be one of ${METHODS.join(', ')}`,
  );

export const specSchemas = {
  HTTP: z.strictObject({
    method: method.optional().describe('POST if there is a body, else GET'),
    url: z.string().min(1).max(8192),
    headers: z.record(headerName, plain).optional(),
    body: z.json().optional().describe('A string is sent as it is, anything else as JSON'),
    successCodes: z
      .array(
        z.union([
          z.int().min(100).max(599),
          z.string().regex(/^([1-5]xx|[1-5]\d\d(-[1-5]\d\d)?)$/, 'must be like 201, 2xx or 200-204'),
        ]),
      )
      .min(1)
      .optional()
      .describe('Codes (201), classes (2xx) and ranges (200-204) that count as success; default 2xx'),
    timeoutMs: z.int().min(1).max(3_600_000).optional(),
  }),
  SHELL: program,
  PYTHON: program,
  SQL: z.strictObject({
    connection: SecretName.describe('The name of the secret that holds the connection string, postgres://…'),
    query: text
      .min(1)
      .refine(
        (query) => !holdsTemplate(query),
        'may not hold templates, which would make input into SQL; hand values over in params, as $1, $2 …',
      )
      .describe('One statement; $1, $2 … stand for params'),
    params: z.array(z.json()).max(1000).optional().describe('May hold templates; values of the query’s $1, $2 …'),
    readOnly: z.boolean().optional().describe('Default true: the statement can change nothing'),
    maxRows: z.int().min(1).max(10_000).optional().describe('Rows kept of the result; default 1000'),
    timeoutMs: z.int().min(1).max(3_600_000).optional().describe('For the statement; default 60,000'),
  }),
  JAVASCRIPT: z.strictObject({
    code: text.min(1).describe('A function of (input, context), or its body; await context.secret(name) is a secret'),
  }),
  HANDLER: z.strictObject({}),
} satisfies Record<JobKind, z.ZodType>;
