/** A URL as it may be shown: its query and most of its path can hold what nobody else should see. */
export function redactedUrl(text: string): string {
  const url = URL.parse(text);
  return url ? `${url.origin}${url.pathname === '/' ? '/' : '/…'}` : '…';
}
