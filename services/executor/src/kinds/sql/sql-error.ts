import { NoRetry } from '@jobflow/sdk';
import { JobError } from '../job-error.js';

/** Connection, too many connections, serialization and deadlock, shutdown: the same may work later. */
const PASSING = /^(08|40|57P0|53300)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;
const READ_ONLY = '25006';

/** What Postgres, or the way to it, said: in words, with a code, and whether another attempt may do better. */
export function sqlError(thrown: unknown): Error {
  const {
    code,
    message = String(thrown),
    hint,
    position,
  } = thrown as {
    code?: unknown;
    message?: string;
    hint?: unknown;
    position?: unknown;
  };
  if (typeof code === 'string' && SQLSTATE.test(code) && 'severity' in (thrown as object)) {
    const own = code === READ_ONLY ? 'the job is read-only; spec.readOnly: false lets it change data' : hint;
    const at = position ? ` (at character ${String(position)} of the query)` : '';
    const text = `Postgres refused: ${message}${at}${own ? `. Hint: ${String(own)}` : ''}`;
    return PASSING.test(code) ? new JobError(text, `SQL_${code}`) : new NoRetry(text, { code: `SQL_${code}` });
  }
  if (/does not support SSL/i.test(message)) {
    return new NoRetry('The database offers no TLS: set sslmode=disable in the connection string', {
      code: 'SQL_NO_TLS',
    });
  }
  if (typeof code === 'string' && CERTIFICATE.test(code))
    return new NoRetry(`The certificate of the database is not trusted: ${message}`, { code: 'SQL_CERTIFICATE' });
  if (typeof code === 'string' && /^E[A-Z_]{2,30}$/.test(code))
    return new JobError(`The database cannot be reached: ${message}`, code);
  if (/timeout/i.test(message)) return new JobError(`The database cannot be reached: ${message}`, 'ETIMEDOUT');
  return new JobError(`The connection to the database was lost: ${message}`, 'SQL_CONNECTION_LOST');
}
