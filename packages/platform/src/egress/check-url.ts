import { addressPolicy } from './address-policy.js';

export interface UrlRules {
  /** Ranges of addresses an operator lets through. */
  allow: readonly string[];
  /** Require https unless the host is a literal address in an allowed range. */
  httpsOnly?: boolean;
}

export type UrlChecked = { ok: true; url: URL } | { ok: false; reason: string };

/**
 * Whether a URL may be called, as far as can be told without resolving its name: for forms and before each request.
 * The dispatcher checks every address again when it connects.
 */
export function checkUrl(text: string, rules: UrlRules): UrlChecked {
  const url = URL.parse(text);
  if (!url) return refuse('is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('must begin with https:// or http://');
  if (url.username || url.password) return refuse('must not contain a user name or a password');
  if (text.length > 2048) return refuse('is longer than 2,048 characters');
  const allowed = addressPolicy(rules.allow);
  const local = /^(localhost|.*\.localhost)\.?$/i.test(url.hostname);
  // The URL parser has turned 2130706433, 0x7f.1 and the like into dotted form.
  const literal = /^\[.*\]$|^[\d.]+$/.test(url.hostname);
  if (literal && !allowed(url.hostname)) return refuse(`points to ${url.hostname}, which is not a public address`);
  if (local && !allowed('127.0.0.1') && !allowed('::1')) return refuse('points to this machine');
  const trusted = (literal && !addressPolicy([])(url.hostname)) || local;
  if (rules.httpsOnly && url.protocol === 'http:' && !trusted) return refuse('must begin with https://');
  return { ok: true, url };
}

const refuse = (reason: string): UrlChecked => ({ ok: false, reason });
