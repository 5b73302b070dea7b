import type { z } from 'zod';

/** What a schema finds wrong, by path: `{ 'retry.maxAttempts': 'Too big: …' }`. */
export function zodProblems(error: z.ZodError, path = ''): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const issue of error.issues) {
    const extra = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    for (const key of extra) {
      const at = [...(path ? [path] : []), ...issue.path, ...(key === undefined ? [] : [key])].map(String).join('.');
      // Of a key, what is wrong with it stands one level deeper.
      const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
      problems[at] ??= key === undefined ? message : 'is not known here';
    }
  }
  return problems;
}
