import { readFileSync } from 'node:fs';

const promiseFile = new URL('../../../../contracts/api.graphql', import.meta.url);

/** What contracts/api.graphql notes beside its names; none where that file is not there. */
export function readApiNotes(): ReadonlyMap<string, string> {
  try {
    return apiNotes(readFileSync(promiseFile, 'utf8'));
  } catch {
    return new Map();
  }
}

/**
 * The comments of a schema in the formatter's layout, by `Type.field` or `Type`: at the end of the line that ends a
 * field, or on lines of their own above the next one.
 */
export function apiNotes(text: string): Map<string, string> {
  const notes = new Map<string, string>();
  let type: string | undefined;
  let field: string | undefined;
  let above: string[] = [];
  const note = (key: string, more: string): void =>
    void notes.set(key, [notes.get(key), more].filter(Boolean).join(' '));
  for (const line of text.split('\n')) {
    const [, code = '', comment] = /^((?:[^#"]|"[^"]*")*?)(?:#\s*(.*))?$/.exec(line) ?? [];
    const definition = /^(?:type|input|enum|scalar)\s+(\w+)/.exec(code)?.[1];
    const member = /^ {2}(\w+)\b/.exec(code)?.[1];
    if (definition) [type, field] = [definition, undefined];
    else if (member) field = member;
    else if (/^}/.test(code)) [type, field] = [undefined, undefined];
    const key = type === undefined ? undefined : field === undefined ? type : `${type}.${field}`;
    if (code.trim() === '') {
      if (comment !== undefined && type !== undefined) above.push(comment);
      else if (comment === undefined) above = [];
      continue;
    }
    if (key !== undefined && (definition || member)) for (const one of above) note(key, one);
    above = [];
    if (key !== undefined && comment) note(key, comment);
  }
  return notes;
}
