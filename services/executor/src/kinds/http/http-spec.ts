import { Json } from '@jobflow/contracts';
import { z } from 'zod';

const StatusCode = z.int().min(100).max(599);

/** The `spec` of an HTTP job, after its templates were filled. */
export const HttpSpec = z.object({
  /** Default: POST if there is a body, else GET. */
  method: z
    .string()
    .regex(/^[A-Za-z]{1,20}$/)
    .transform((method) => method.toUpperCase())
    .optional(),
  url: z.string().min(1).max(8192),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  /** A string is sent as it is, anything else as JSON. */
  body: Json.optional(),
  /** Codes (201), classes ("2xx") and ranges ("200-204") that count as success. Default: 200–299. */
  successCodes: z
    .array(z.union([StatusCode, z.string().regex(/^([1-5]xx|[1-5]\d\d(-[1-5]\d\d)?)$/)]))
    .min(1)
    .optional(),
  /** For the whole request, besides the run's own time limits. */
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
});
export type HttpSpec = z.infer<typeof HttpSpec>;

/** Whether a status counts as success. */
export function isSuccess(status: number, codes: HttpSpec['successCodes']): boolean {
  if (!codes) return status >= 200 && status <= 299;
  return codes.some((code) => {
    if (typeof code === 'number') return code === status;
    if (code.endsWith('xx')) return Math.floor(status / 100) === Number(code[0]);
    const [from = '', to = from] = code.split('-');
    return status >= Number(from) && status <= Number(to);
  });
}
