import type { JobKind, Json } from '@jobflow/contracts';
import { secretsIn } from '@jobflow/domain';
import type { StateStore } from '@jobflow/platform';

/** Where a job's specification names a secret: the path as clients see it, `spec.headers.authorization`. */
export interface SecretReference {
  name: string;
  path: string;
}

/** What of each kind's spec is filled with templates; the rest is code, in which braces mean nothing. */
const FILLED: Record<JobKind, 'all' | readonly string[]> = {
  HTTP: 'all',
  SHELL: ['args', 'env'],
  PYTHON: ['args', 'env'],
  SQL: ['params'],
  JAVASCRIPT: [],
  HANDLER: [],
};

/** Every secret that a job of this kind with this spec needs, and where it says so. */
export function secretReferences(kind: JobKind, spec: Json | undefined): SecretReference[] {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return [];
  const found: SecretReference[] = [];
  const filled = FILLED[kind];
  for (const [field, value] of Object.entries(spec)) {
    if (filled === 'all' || filled.includes(field)) collect(value, `spec.${field}`, found);
  }
  if (kind === 'SQL' && typeof spec.connection === 'string')
    found.push({ name: spec.connection, path: 'spec.connection' });
  return found;
}

function collect(value: Json, path: string, found: SecretReference[]): void {
  const open: [Json, string][] = [[value, path]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, at] = next;
    if (typeof node === 'string') for (const name of secretsIn(node)) found.push({ name, path: at });
    else if (typeof node === 'object' && node !== null)
      for (const [key, child] of Object.entries(node)) open.push([child, `${at}.${key}`]);
  }
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
