export type ParsedJson = { ok: true; value: unknown } | { ok: false; problem: string };

/** Reads JSON that a person typed; a mistake is told by its line, not by its character offset. Empty text is `undefined`. */
export function parseJson(text: string): ParsedJson {
  if (text.trim() === '') return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, problem: describe(error instanceof Error ? error.message : '', text) };
  }
}

function describe(message: string, text: string): string {
  const found = /position (\d+)/.exec(message);
  if (!found) return 'This is not valid JSON: it ends too early.';
  const offset = Math.min(Number(found[1]), text.length);
  const before = text.slice(0, offset).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `This is not valid JSON: look at line ${line}, column ${column}.`;
}
