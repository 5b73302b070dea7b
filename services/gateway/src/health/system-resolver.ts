import { limits as sizes } from '@jobflow/contracts';
import { Ctx, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Auth } from '../auth/auth-directive.js';
import { answerPosition, type Context } from '../context/context.js';
import { requestLimits } from '../limits/request-limits.js';
import { auditKeptDays } from '../users/audit.js';
import { Health } from './health.js';
import { healthFrames } from './health-frames.js';
import type { HealthReport } from './system-health.js';
import { SystemInfo } from './system-info.js';

@Resolver()
export class SystemResolver {
  @Auth(null)
  @Query(() => SystemInfo, { nullable: true })
  system(@Ctx() ctx: Context): SystemInfo {
    const { config } = ctx;
    const open = { name: 'Jobflow', version: ctx.version, environment: config.environment, time: ctx.clock.now() };
    if (!ctx.principal) return open;
    return {
      ...open,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      publicUrl: config.publicUrl,
      limits: {
        ...requestLimits,
        inputBytes: sizes.inputBytes,
        resultBytes: sizes.resultBytes,
        specBytes: sizes.specBytes,
        enqueueMany: sizes.enqueueMany,
        queues: sizes.queues,
        writesPerMinute: config.writesPerMinute ?? null,
      },
      retention: { runLogDays: 3, deadLetterDays: 30, auditDays: auditKeptDays },
      introspection: config.introspection,
    };
  }

  @Query(() => Health, { nullable: true })
  async health(@Ctx() ctx: Context): Promise<Health> {
    return { ...(await ctx.health.report()), position: answerPosition(ctx) };
  }

  @Query(() => String, { nullable: true, description: 'The log position all answers of this request are at or after.' })
  position(@Ctx() ctx: Context): string {
    return answerPosition(ctx);
  }

  @Subscription(() => Health, {
    name: 'health',
    subscribe: ({ context }: { context: Context }) => healthFrames(context.health, context.clock, context.signal),
    description: 'The state now, then whenever it changes.',
  })
  healthChanged(@Root() report: HealthReport, @Ctx() ctx: Context): Health {
    return { ...report, position: answerPosition(ctx) };
  }
}
