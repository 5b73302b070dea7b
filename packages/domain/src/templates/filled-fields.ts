import type { JobKind, Json } from '@jobflow/contracts';

/** What of each kind's spec is filled with templates; the rest is code, in which braces mean nothing. */
const FILLED: Record<JobKind, 'all' | readonly string[]> = {
  HTTP: 'all',
  SHELL: ['args', 'env'],
  PYTHON: ['args', 'env'],
  SQL: ['params'],
  JAVASCRIPT: [],
  HANDLER: [],
};

/** Every text of a spec that is filled when a run starts, by the path that clients know: `spec.headers.authorization`. */
export function* filledTexts(kind: JobKind, spec: Json | undefined): Generator<{ text: string; path: string }> {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return;
  const filled = FILLED[kind];
  for (const [field, value] of Object.entries(spec)) {
    if (filled === 'all' || filled.includes(field)) yield* textsIn(value, `spec.${field}`);
  }
}

function* textsIn(value: Json, path: string): Generator<{ text: string; path: string }> {
  const open: [Json, string][] = [[value, path]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, at] = next;
    if (typeof node === 'string') yield { text: node, path: at };
    else if (typeof node === 'object' && node !== null)
      for (const [key, child] of Object.entries(node)) open.push([child, `${at}.${key}`]);
  }
}
