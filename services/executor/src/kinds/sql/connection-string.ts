/** Where a connection string leads. */
export interface SqlTarget {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls: 'off' | 'verified' | 'unverified';
  /** Settings for the session, as `-c name=value`. */
  options: string | undefined;
}

export type ReadTarget = { ok: true; target: SqlTarget } | { ok: false; reason: string };

/** As node-postgres reads them; libpq's `require` would not verify. */
const TLS: Record<string, SqlTarget['tls']> = {
  disable: 'off',
  allow: 'off',
  prefer: 'verified',
  require: 'verified',
  'verify-ca': 'verified',
  'verify-full': 'verified',
  'no-verify': 'unverified',
};
const KNOWN = ['sslmode', 'options', 'application_name', 'connect_timeout', 'channel_binding'];

/**
 * Reads `postgres://user:password@host:port/database?sslmode=require`. What could lead elsewhere than the host that is
 * checked (`host=`), or read files of the executor (`sslkey=`), is refused. Reasons never say anything of the string
 * but the names of parameters.
 */
export function readConnectionString(text: string): ReadTarget {
  const url = URL.parse(text.trim());
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) return refuse('is no URL that begins with postgres://');
  if (!url.hostname) return refuse('names no host');
  if (!url.username) return refuse('names no user');
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    return refuse(`has the parameter ${JSON.stringify(unknown.slice(0, 40))}; known are ${KNOWN.join(', ')}`);
  const tls = TLS[url.searchParams.get('sslmode') ?? 'disable'];
  if (!tls) return refuse(`has an sslmode that is none of ${Object.keys(TLS).join(', ')}`);
  try {
    const user = decodeURIComponent(url.username);
    const target = {
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 5432 : Number(url.port),
      user,
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)) || user,
      tls,
      options: url.searchParams.get('options') ?? undefined,
    };
    return { ok: true, target };
  } catch {
    return refuse('is not percent-encoded as a URL must be');
  }
}

const refuse = (reason: string): ReadTarget => ({ ok: false, reason });
