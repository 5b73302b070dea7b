import { describe, expect, it } from 'vitest';
import { wantedUrl } from './wanted-url';

describe('where a sign-in leads', () => {
  it('goes back to the page that was asked for', () => {
    expect(wantedUrl('/runs/0199?tab=logs')).toBe('/runs/0199?tab=logs');
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/\t/evil.example', ''])(
    'never leaves this site for %j',
    (to) => {
      expect(wantedUrl(to)).toBe('/jobs');
    },
  );

  it('does not loop back to the sign-in page', () => {
    expect(wantedUrl('/login?to=/login')).toBe('/jobs');
  });
});
