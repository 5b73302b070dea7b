import type { Context } from '../context/context.js';
import { type AuditLine, audit } from '../users/audit.js';

/**
 * Writes down who changed what. The log has it already, so the change stands even when this cannot be written.
 */
export async function noteChange(ctx: Context, line: AuditLine): Promise<void> {
  await audit(ctx, line).catch((error: unknown) => {
    ctx.logger.warn(
      { err: error, action: line.action, target: line.target },
      'a change could not be noted in the audit log',
    );
  });
}
