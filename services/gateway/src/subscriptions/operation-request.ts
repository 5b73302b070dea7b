import type { OperationRequest } from './prepare-operation.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export type CheckedRequest = { ok: true; request: OperationRequest } | { ok: false; fields: Record<string, string> };

/** What is wrong with the shape of a GraphQL request, by field. `persisted`: a query may be left out for its hash. */
export function checkRequest(body: unknown, persisted = false): CheckedRequest {
  if (Array.isArray(body)) return { ok: false, fields: { body: 'must be one operation: batches are not taken' } };
  if (!isObject(body)) return { ok: false, fields: { body: 'must be a JSON object with a query' } };
  const { query, operationName, variables, extensions } = body;
  const fields: Record<string, string> = {};
  const byHash = persisted && query === undefined && isObject(extensions) && isObject(extensions.persistedQuery);
  if (!byHash && (typeof query !== 'string' || query.trim() === '')) fields.query = 'must be a non-empty string';
  if (operationName != null && typeof operationName !== 'string') fields.operationName = 'must be a string';
  if (variables != null && !isObject(variables)) fields.variables = 'must be a JSON object';
  if (extensions != null && !isObject(extensions)) fields.extensions = 'must be a JSON object';
  if (Object.keys(fields).length > 0) return { ok: false, fields };
  return { ok: true, request: body as unknown as OperationRequest };
}
