import type { JobKind, Json } from '@jobflow/contracts';
import { filledTexts, secretsIn } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';

/** Where a job's specification names a secret: the path as clients see it, `spec.headers.authorization`. */
export interface SecretReference {
  name: string;
  path: string;
}

/** Every secret that a job of this kind with this spec needs, and where it says so. */
export function secretReferences(kind: JobKind, spec: Json | undefined): SecretReference[] {
  const found: SecretReference[] = [];
  for (const { text, path } of filledTexts(kind, spec)) for (const name of secretsIn(text)) found.push({ name, path });
  const connection = kind === 'SQL' ? (spec as { connection?: unknown } | null | undefined)?.connection : undefined;
  if (typeof connection === 'string') found.push({ name: connection, path: 'spec.connection' });
  return found;
}

/** The jobs that use each secret, sorted. */
export function usersOfSecrets(store: Pick<StateStore, 'jobs'>): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const { state } of store.jobs.values()) {
    for (const name of new Set(secretReferences(state.kind, state.spec).map((reference) => reference.name))) {
      users.set(name, [...(users.get(name) ?? []), state.name].sort());
    }
  }
  return users;
}
