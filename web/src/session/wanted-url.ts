/**
 * Where to go after signing in. Only paths of this very site are followed: anything else in the address bar
 * (`//evil.example`, `https:…`, `/\evil.example`) leads to the start page.
 */
export function wantedUrl(to: string | undefined): string {
  if (!to?.startsWith('/') || to.startsWith('//') || /[\\\s]/.test(to) || to.startsWith('/login')) return '/jobs';
  return to;
}
