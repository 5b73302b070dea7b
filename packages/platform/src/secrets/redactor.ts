/** What stands where a secret stood. */
export const REDACTED = '***';
/** A shorter text is found everywhere, and says little. */
const SHORTEST = 4;
/** A line of a secret of many lines; shorter ones (`}`, `-----`) are no secret by themselves. */
const SHORTEST_LINE = 8;

/**
 * Takes the secrets an attempt has been given out of whatever it tells: as they are, as part of a URL or of JSON, in
 * base64 (wherever in the encoded bytes they begin), in hexadecimal, and line by line, since logs are lines.
 */
export class Redactor {
  #needles: string[] = [];
  readonly #values = new Set<string>();

  /** From now on this value is taken out. */
  add(value: string): void {
    if (this.#values.has(value)) return;
    this.#values.add(value);
    const needles = new Set(this.#needles);
    for (const form of formsOf(value)) if (form.length >= SHORTEST) needles.add(form);
    // The longest first, so that no part of a form is replaced before the whole.
    this.#needles = [...needles].sort((a, b) => b.length - a.length);
  }

  /** The most characters that one occurrence of a secret takes: 0 if there is nothing to take out. */
  get longest(): number {
    return this.#needles[0]?.length ?? 0;
  }

  text(text: string): string {
    let clean = text;
    for (const needle of this.#needles) if (clean.includes(needle)) clean = clean.replaceAll(needle, REDACTED);
    return clean;
  }

  /** A text that was cut off: what it ends with may be the beginning of a secret. */
  cutText(text: string): string {
    const clean = this.text(text);
    let most = 0;
    for (const needle of this.#needles) most = Math.max(most, overlap(clean, needle));
    return most >= SHORTEST ? clean.slice(0, -most) + REDACTED : clean;
  }

  /** Any JSON value, keys included; a copy, if there is anything to take out. */
  json<T>(value: T): T {
    return this.#needles.length > 0 ? (this.#walk(value) as T) : value;
  }

  #walk(node: unknown): unknown {
    if (typeof node === 'string') return this.text(node);
    if (typeof node === 'number') return this.text(String(node)) === String(node) ? node : REDACTED;
    if (Array.isArray(node)) return node.map((item) => this.#walk(item));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [this.text(key), this.#walk(value)]));
  }
}

/** How long the end of `text` is that a needle begins with, the whole needle aside. */
function overlap(text: string, needle: string): number {
  for (let length = Math.min(text.length, needle.length - 1); length >= SHORTEST; length--) {
    if (text.endsWith(needle.slice(0, length))) return length;
  }
  return 0;
}

function formsOf(value: string): string[] {
  const parts = [value, ...partsOfUrl(value), ...linesOf(value)].filter((part) => part.length >= SHORTEST);
  return parts.flatMap((part) => [part, ...encoded(part)]);
}

/** The password of a connection string is a secret of its own: servers and drivers name it apart from the rest. */
function partsOfUrl(value: string): string[] {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? URL.parse(value) : null;
  if (!url) return [];
  const path = /^https?:$/.test(url.protocol) && url.pathname.length >= SHORTEST_LINE ? [url.pathname] : [];
  return [url.href, url.password, decoded(url.password), ...path];
}

function linesOf(value: string): string[] {
  if (!/[\r\n]/.test(value)) return [];
  return value.split(/[\r\n]+/).flatMap((line) => (line.trim().length >= SHORTEST_LINE ? [line.trim()] : []));
}

function encoded(value: string): string[] {
  const component = encodeURIComponent(value.toWellFormed());
  const bytes = Buffer.from(value);
  return [
    component,
    component.replaceAll('%20', '+'),
    encodeURI(value.toWellFormed()),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes),
  ];
}

/**
 * Base64 packs three bytes into four characters, so a text has three encodings, by where it begins among the bytes
 * around it. Of each only the characters that its own bytes alone decide are looked for.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [bytes.toString('base64'), bytes.toString('base64url')];
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    // A few characters of a short secret would be found in any text.
    if (inner.length >= 6) forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
