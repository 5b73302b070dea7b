/**
 * Whether a browser page may connect: one of this very host, or one on the list. Programs send no Origin and may.
 * @param host the request's Host header
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  if (host !== undefined && url.host === host.toLowerCase()) return true;
  return allowed.some((one) => URL.parse(one)?.origin === url.origin);
}
