import type { Json } from '@jobflow/contracts';
import { parseTemplate } from './parse-template.js';
import { type Rendered, renderTemplate } from './render-template.js';

/** What a template names of another run: `{{parents.extract.result.rows}}` is `extract` and `result`, `rows`. */
export interface ParentPath {
  source: string;
  /** The key of the node. */
  key: string;
  /** What of it, from `runId`, `status`, `result`, `error` on. */
  keys: string[];
}

/** What templates can see of a run that another depends on. */
export const PARENT_FIELDS: readonly string[] = ['runId', 'status', 'result', 'error'];

/** All `{{parents.…}}` in a document's strings. */
export function parentsIn(document: Json | undefined): ParentPath[] {
  const found: ParentPath[] = [];
  const open: Json[] = document === undefined ? [] : [document];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string') found.push(...pathsOf(node));
    else if (typeof node === 'object' && node !== null) for (const value of Object.values(node)) open.push(value);
  }
  return found;
}

function pathsOf(text: string): ParentPath[] {
  if (!text.includes('{{')) return [];
  return parseTemplate(text).flatMap((part) => {
    if (typeof part === 'string' || part.keys[0] !== 'parents') return [];
    const [, key = '', ...keys] = part.keys;
    return [{ source: part.source, key, keys }];
  });
}

/**
 * Fills the `{{parents.…}}` of an input, and nothing else: strings without one stay to the letter as they are, and what
 * comes in is data, in which no template is looked for.
 */
export function fillParents(input: Json, parents: { [key: string]: Json }): Rendered {
  const wrong: { path: string; message: string }[] = [];
  const fill = (node: Json, depth: number): Json => {
    if (wrong.length > 0) return null;
    if (typeof node === 'string') return fillText(node, parents, wrong);
    if (typeof node !== 'object' || node === null) return node;
    if (depth >= MAX_DEPTH) {
      wrong.push({ path: '', message: `is nested more than ${MAX_DEPTH} levels deep` });
      return null;
    }
    if (Array.isArray(node)) return node.map((item) => fill(item, depth + 1));
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, fill(value, depth + 1)]));
  };
  const value = fill(input, 0);
  const [first] = wrong;
  return first ? { ok: false, ...first } : { ok: true, value };
}

const MAX_DEPTH = 200;

function fillText(text: string, parents: { [key: string]: Json }, wrong: { path: string; message: string }[]): Json {
  if (pathsOf(text).length === 0) return text;
  const parts = parseTemplate(text).map((part): Json => {
    if (typeof part === 'string') return part;
    if (part.keys[0] !== 'parents') return `{{${part.source}}}`;
    const rendered = renderTemplate(`{{${part.source}}}`, { parents });
    if (rendered.ok) return rendered.value;
    wrong.push(rendered);
    return null;
  });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return parts.map((part) => (typeof part === 'string' ? part : part === null ? '' : JSON.stringify(part))).join('');
}

/** Of what is known of the parents only what these paths lead through, so that a message carries no more than it needs. */
export function pruneParents(parents: { [key: string]: Json }, paths: readonly ParentPath[]): { [key: string]: Json } {
  const pruned: { [key: string]: Json } = {};
  for (const { key, keys } of paths) copyPath(parents, pruned, [key, ...keys]);
  return pruned;
}

function copyPath(from: { [key: string]: Json }, to: { [key: string]: Json }, [key = '', ...rest]: string[]): void {
  if (!Object.hasOwn(from, key)) return;
  const value = from[key] as Json;
  const kept = Object.hasOwn(to, key) ? to[key] : undefined;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // The whole of it is wanted, or was before; a list is taken whole.
  if (rest.length === 0 || !isObject || kept === value) {
    define(to, key, value);
    return;
  }
  const part = typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? kept : {};
  define(to, key, part);
  copyPath(value, part, rest);
}

/** Keys come from results, and `__proto__` is one like any other. */
const define = (object: { [key: string]: Json }, key: string, value: Json): void => {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
};
