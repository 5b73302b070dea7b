import type { Json } from '@jobflow/contracts';
import { isTemplateRoot, parseTemplate, type TemplatePath } from './parse-template.js';

/** What templates can see. Secrets are looked up by whole name, dots included. */
export interface TemplateScope {
  input?: Json | undefined;
  run?: { [key: string]: Json } | undefined;
  parents?: { [key: string]: Json } | undefined;
  secrets?: Readonly<Record<string, string>> | undefined;
}
export type Rendered = { ok: true; value: Json } | { ok: false; path: string; message: string };

/** Deeper documents are refused, so that none can exhaust the stack. */
const MAX_DEPTH = 200;

class Unrenderable extends Error {
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Fills the templates in a document's strings: `{{input.user.id}}`, `{{input.items[0]}}`, `{{run.id}}`,
 * `{{parents.extract.result.rows}}`, `{{secrets.api-token}}`. A string that is exactly one template takes the value
 * with its JSON type; inside other text, strings go in as they are, null as nothing, all else as JSON.
 * `\{{` stands for a literal `{{`. Keys are left alone. A path that leads nowhere is refused, by name.
 */
export function renderTemplate(document: Json, scope: TemplateScope): Rendered {
  try {
    return { ok: true, value: render(document, scope, 0) };
  } catch (error) {
    if (error instanceof Unrenderable) return { ok: false, path: error.path, message: error.message };
    throw error;
  }
}

function render(node: Json, scope: TemplateScope, depth: number): Json {
  if (typeof node === 'string') return node.includes('{{') ? renderText(node, scope) : node;
  if (typeof node !== 'object' || node === null) return node;
  if (depth >= MAX_DEPTH) throw new Unrenderable('', `is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(node)) return node.map((item) => render(item, scope, depth + 1));
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, render(value, scope, depth + 1)]));
}

function renderText(text: string, scope: TemplateScope): Json {
  const parts = parseTemplate(text);
  const [only] = parts;
  if (parts.length === 1 && only && typeof only !== 'string') return lookUp(only, scope);
  return parts.map((part) => (typeof part === 'string' ? part : asText(lookUp(part, scope)))).join('');
}

function asText(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

function lookUp({ source, keys }: TemplatePath, scope: TemplateScope): Json {
  const [root = '', ...rest] = keys;
  if (!isTemplateRoot(root))
    throw new Unrenderable(source, `{{${source}}} must begin with input, run, parents or secrets`);
  if (root === 'secrets') return secret(source, scope);
  let value: Json | undefined = scope[root];
  for (const key of rest) value = step(value, key);
  if (value === undefined) throw new Unrenderable(source, `{{${source}}} does not exist`);
  return value;
}

function step(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  // The length of a list is its own property, but not its data.
  return Array.isArray(value) ? (/^\d+$/.test(key) ? value[Number(key)] : undefined) : value[key];
}

function secret(source: string, scope: TemplateScope): string {
  const name = source.slice('secrets.'.length);
  const { secrets } = scope;
  if (!secrets || !Object.hasOwn(secrets, name) || secrets[name] === undefined)
    throw new Unrenderable(source, `there is no secret named ${name}`);
  return secrets[name];
}
