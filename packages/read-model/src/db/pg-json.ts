/**
 * JSON text that Postgres takes: it refuses U+0000 and lone surrogates, which JSON allows. Both become U+FFFD.
 */
export function pgJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes no other escapes of this form than control characters and lone surrogates: mostly none.
  return text.includes('\\u') && /\\u(0000|d[89a-f])/i.test(text) ? JSON.stringify(cleaned(value)) : text;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleaned(inner)]));
}

const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');
