import type { z } from 'zod';
import { plainIssue } from './plain-issue.js';

/** What a schema finds wrong, by path: `{ 'retry.maxAttempts': 'must be at most 100' }`. */
export function zodProblems(error: z.ZodError, path = ''): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const issue of error.issues) {
    const extra = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    for (const key of extra) {
      const at = [...(path ? [path] : []), ...issue.path, ...(key === undefined ? [] : [key])].map(String).join('.');
      problems[at] ??= key === undefined ? plainIssue(issue) : 'is not known here';
    }
  }
  return problems;
}
