import { z } from 'zod';

/** The `spec` of a SHELL job. `args` and `env` may hold templates; the script is code and is taken as it is. */
export const ShellSpec = z.object({
  /** Run by `/bin/sh -c`. */
  script: z.string().min(1),
  /** `$1`, `$2`, … */
  args: z
    .array(z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .max(1000)
    .default([]),
  env: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
      z.union([z.string(), z.number(), z.boolean()]).transform(String),
    )
    .default({}),
});
export type ShellSpec = z.infer<typeof ShellSpec>;

/** A template in a script would make input into code. */
export const holdsTemplate = (script: string): boolean => /\{\{\s*(input|run|parents|secrets)\b/.test(script);
