import { z } from 'zod';

/** The `spec` of SHELL and PYTHON jobs. `args` and `env` may hold templates; the script is code and is taken as it is. */
export const ProgramSpec = z.object({
  script: z.string().min(1),
  /** `$1`, `$2`, … in a shell script, `sys.argv[1:]` in Python. */
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
export type ProgramSpec = z.infer<typeof ProgramSpec>;

/** A template in a script would make input into code. */
export const holdsTemplate = (script: string): boolean => /\{\{\s*(input|run|parents|secrets)\b/.test(script);
