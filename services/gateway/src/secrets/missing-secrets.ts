import type { JobState } from '@jobflow/contracts';
import type { Context } from '../context/context.js';
import { secretReferences } from './secret-references.js';
import { existingSecrets } from './secret-rows.js';

/** What a job's specification names and nobody has set yet, by path: refused, since every run of it would fail. */
export async function missingSecrets(
  { db }: Pick<Context, 'db'>,
  { kind, spec }: Pick<JobState, 'kind' | 'spec'>,
): Promise<Record<string, string>> {
  const references = secretReferences(kind, spec);
  const there = await existingSecrets(db, [...new Set(references.map(({ name }) => name))]);
  return Object.fromEntries(
    references
      .filter(({ name }) => !there.has(name))
      .map(({ name, path }) => [path, `names the secret ${JSON.stringify(name)}, which does not exist: set it first`]),
  );
}
