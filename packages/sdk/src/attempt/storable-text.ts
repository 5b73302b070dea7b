/** What a text that was cut ends with. */
export const CUT_MARK = '… (cut)';

/**
 * Text as every store takes it: without NUL characters and lone surrogates, which Postgres refuses, and no longer than
 * `maxBytes` of UTF-8, with a mark where it was cut.
 */
export function storableText(text: string, maxBytes: number): string {
  let clean = text.isWellFormed() ? text : text.toWellFormed();
  if (clean.includes('\0')) clean = clean.replaceAll('\0', '\ufffd');
  // A UTF-16 unit is at most three bytes, so most texts need no measuring.
  if (clean.length * 3 <= maxBytes || Buffer.byteLength(clean) <= maxBytes) return clean;
  const cut = Buffer.from(clean).subarray(0, Math.max(0, maxBytes - Buffer.byteLength(CUT_MARK)));
  return `${new TextDecoder('utf-8').decode(cut).replace(/\ufffd+$/, '')}${CUT_MARK}`;
}

/** Passwords in URLs have no place in an error or a log. */
export const withoutUserInfo = (text: string): string =>
  text.replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@'"]{1,512}@/gi, '$1***@');
