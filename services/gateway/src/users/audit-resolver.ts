import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import type { Context } from '../context/context.js';
import { badUserInput } from '../errors/refusals.js';
import { checkFirst } from '../paging/check-first.js';
import { decodeCursor } from '../paging/cursor.js';
import { pageOf } from '../paging/page-of.js';
import { AuditConnection, type AuditEntry, AuditFilter } from './audit-entry.js';

interface Row {
  id: number;
  at: Date;
  actor: string;
  action: string;
  target: string;
  reason: string | null;
  detail: unknown;
  correlation_id: string | null;
}

const order = 'audit';

@Resolver()
export class AuditResolver {
  @Auth('ADMIN')
  @Query(() => AuditConnection, { nullable: true, description: 'Newest first.' })
  async auditLog(
    @Arg('filter', () => AuditFilter, { nullable: true }) filter: AuditFilter | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() ctx: Context,
  ): Promise<AuditConnection> {
    const size = checkFirst(first, 50);
    const { actor, actions, target, after: from, before } = filter ?? {};
    const rows = await ctx.db.query<Row>(
      `select id, at, actor, action, target, reason, detail, correlation_id from gateway.audit
       where ($1::bigint is null or id < $1) and ($2::text is null or actor = $2)
         and ($3::text[] is null or action = any($3)) and ($4::text is null or target = $4)
         and ($5::timestamptz is null or at > $5) and ($6::timestamptz is null or at < $6)
       order by id desc limit $7`,
      [
        after ? idOf(after) : null,
        actor ?? null,
        actions ?? null,
        target ?? null,
        from ?? null,
        before ?? null,
        size + 1,
      ],
    );
    return pageOf({
      rows,
      first: size,
      continued: Boolean(after),
      order,
      cursor: (row) => [row.id],
      node: ({ correlation_id, ...row }): AuditEntry => ({ ...row, id: String(row.id), correlationId: correlation_id }),
    });
  }
}

function idOf(cursor: string): number {
  const [id] = decodeCursor(order, 1, cursor);
  if (typeof id !== 'number' || !Number.isSafeInteger(id))
    throw badUserInput({ after: 'is not a cursor of this list' });
  return id;
}
