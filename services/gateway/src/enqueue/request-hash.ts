import { createHash } from 'node:crypto';
import type { FlowInput } from '../flows/flow-input.js';
import type { EnqueueInput } from './enqueue-input.js';

/**
 * What makes two requests for a run or a flow the same: every field but the idempotency key, whatever the order of keys. A missing
 * field and null are one.
 */
export function requestHash(input: EnqueueInput | FlowInput): string {
  const { idempotencyKey: _, ...fields } = input;
  return createHash('sha256').update(canonical(fields)).digest('base64url');
}

function canonical(value: unknown): string {
  if (value instanceof Date) return String(value.getTime());
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
    .join(',')}}`;
}
