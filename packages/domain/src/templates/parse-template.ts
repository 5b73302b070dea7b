import type { Json } from '@jobflow/contracts';

/** What a path may begin with. */
export const TEMPLATE_ROOTS = ['input', 'run', 'parents', 'secrets'] as const;
export type TemplateRoot = (typeof TEMPLATE_ROOTS)[number];
export const isTemplateRoot = (key: string | undefined): key is TemplateRoot =>
  TEMPLATE_ROOTS.some((root) => root === key);

/** One `{{…}}`: what stands in it, and the keys it goes through. */
export interface TemplatePath {
  source: string;
  keys: string[];
}

const TEMPLATE = /(\\?)\{\{\s*([A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*)\s*\}\}|\\\{\{/g;

/**
 * A text as literal pieces and paths. Braces that hold no path, such as `{{.Names}}` or `{{#each}}`, belong to another
 * language and stay as they are; so does whatever follows a backslash, which itself goes away.
 */
export function parseTemplate(text: string): (string | TemplatePath)[] {
  const parts: (string | TemplatePath)[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(TEMPLATE)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    const [whole, backslash, source] = match;
    if (source === undefined || backslash) {
      literal += whole.slice(1);
      continue;
    }
    if (literal) parts.push(literal);
    literal = '';
    parts.push({ source, keys: source.split(/[.[\]]+/).filter(Boolean) });
  }
  literal += text.slice(end);
  if (literal || parts.length === 0) parts.push(literal);
  return parts;
}

/** The names of the secrets a document uses, each once. */
export function secretsIn(document: Json): string[] {
  const names = new Set<string>();
  const open: Json[] = [document];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node === 'string') {
      for (const part of parseTemplate(node))
        if (typeof part !== 'string' && part.keys[0] === 'secrets') names.add(part.source.slice('secrets.'.length));
    } else if (typeof node === 'object' && node !== null) for (const value of Object.values(node)) open.push(value);
  }
  return [...names];
}
