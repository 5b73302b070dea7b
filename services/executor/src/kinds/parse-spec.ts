import { NoRetry } from '@jobflow/sdk';
import type { z } from 'zod';

/** A run's spec, as its kind wants it; a wrong one ends the run, naming the field. */
export function parseSpec<S extends z.ZodType>(schema: S, spec: unknown): z.output<S> {
  const parsed = schema.safeParse(spec ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NoRetry(
    `The job's specification is wrong: ${['spec', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`,
    {
      code: 'BAD_SPEC',
    },
  );
}
