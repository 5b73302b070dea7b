import type { Db } from '@jobflow/read-model';
import type { Context } from '../context/context.js';

/** One line of the append-only audit log. Never put a secret in it. */
export interface AuditLine {
  /** `login`, `login.failed`, `apiKey.created`, `user.updated` …: the noun first. */
  action: string;
  /** What it was done to: a user's email, a key's id, a job's name. */
  target: string;
  reason?: string | undefined;
  detail?: Record<string, unknown> | undefined;
}

/** Writes down who did what; part of the operation, so a failure fails it. */
export async function audit(ctx: Context, line: AuditLine, by: Pick<Db, 'query'> = ctx.db): Promise<void> {
  await by.query(
    `insert into gateway.audit (at, actor, action, target, reason, detail, correlation_id)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      new Date(ctx.clock.now()),
      ctx.actor,
      line.action,
      line.target.slice(0, 300),
      line.reason?.slice(0, 1000) ?? null,
      line.detail ? JSON.stringify(line.detail) : null,
      ctx.correlationId,
    ],
  );
}

export const auditKeptDays = 400;

/** The audit log is kept for 400 days. */
export async function sweepAudit(db: Db, now: number): Promise<void> {
  await db.query('delete from gateway.audit where at < $1', [new Date(now - auditKeptDays * 86_400_000)]);
}
