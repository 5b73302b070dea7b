import { Json, SecretName } from '@jobflow/contracts';
import { z } from 'zod';

/** The `spec` of an SQL job. Only `params` may hold templates: the statement is code, and values go in beside it. */
export const SqlSpec = z.object({
  /** The name of the secret that holds the connection string. */
  connection: SecretName,
  /** One statement. */
  query: z.string().min(1),
  /** `$1`, `$2`, …; a list becomes an array, an object JSON. */
  params: z.array(Json).max(1000).default([]),
  readOnly: z.boolean().default(true),
  maxRows: z.int().min(1).max(10_000).default(1_000),
  /** For all of it, from connecting on. */
  timeoutMs: z.int().min(1).max(3_600_000).default(60_000),
});
export type SqlSpec = z.infer<typeof SqlSpec>;
