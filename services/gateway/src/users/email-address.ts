/** Good enough to catch a mistake: something, an @, something with no spaces. Compared without case. */
const pattern = /^[^\s@<>"]{1,200}@[^\s@<>"]{1,100}$/;

/** The address as it is stored, or what is wrong with it. */
export function emailAddress(text: string): { ok: true; email: string } | { ok: false; fault: string } {
  const email = text.trim().toLowerCase();
  return pattern.test(email) ? { ok: true, email } : { ok: false, fault: 'is not an email address' };
}
