import { type JobKind, type Json, specSchemas } from '@jobflow/contracts';
import { parseTemplate, specProblems as shapeProblems } from '@jobflow/domain';
import { checkUrl } from '@jobflow/platform';
import { z } from 'zod';
import { javascriptProblem } from './javascript-syntax.js';

let jsonSchemas: Record<JobKind, Json> | undefined;

/** The JSON Schema of each kind's spec. */
export function specJsonSchemas(): Record<JobKind, Json> {
  jsonSchemas ??= Object.fromEntries(
    Object.entries(specSchemas).map(([kind, schema]) => [kind, z.toJSONSchema(schema, { unrepresentable: 'any' })]),
  ) as unknown as Record<JobKind, Json>;
  return jsonSchemas;
}

/** What is wrong with a spec, by path. @param allow ranges of addresses that jobs may call */
export function specProblems(kind: JobKind, spec: Json | undefined, allow: readonly string[]): Record<string, string> {
  const problems = shapeProblems(kind, spec);
  if (Object.keys(problems).length > 0) return problems;
  const url = kind === 'HTTP' ? urlProblem((spec as { url: string }).url, allow) : undefined;
  const code = kind === 'JAVASCRIPT' ? javascriptProblem((spec as { code: string }).code) : undefined;
  return { ...(url !== undefined && { 'spec.url': url }), ...(code !== undefined && { 'spec.code': code }) };
}

const MARK = 'template';

/** Where a template decides the host, only the start of the run can tell whether it may be called. */
function urlProblem(url: string, allow: readonly string[]): string | undefined {
  const parts = parseTemplate(url);
  const filled = parts.map((part) => (typeof part === 'string' ? part : MARK)).join('');
  const checked = checkUrl(filled, { allow });
  if (checked.ok) return undefined;
  const [first] = parts;
  const isPlain = parts.length === 1 && typeof first === 'string';
  const hostIsFixed = typeof first === 'string' && /^https?:\/\/[^/?#]+[/?#]/.test(first);
  return isPlain || hostIsFixed ? checked.reason : undefined;
}
