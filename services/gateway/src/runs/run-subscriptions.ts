import { Arg, ID, Int, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context/context.js';
import { selectedFields } from '../paging/selected-fields.js';
import { LogBatch, RunUpdateBatch } from './run-details.js';
import { RunFilter } from './run-filter.js';
import { runLogStream } from './run-log-stream.js';
import { runUpdates } from './run-updates.js';

@Resolver()
export class RunSubscriptions {
  @Subscription(() => RunUpdateBatch, {
    subscribe: ({ args, context, info }) =>
      runUpdates(context as Context, args.filter, args.after, selectedFields(info)),
  })
  runUpdates(
    @Root() batch: RunUpdateBatch,
    @Arg('filter', () => RunFilter, { nullable: true }) _filter?: RunFilter | null,
    @Arg('after', () => String, { nullable: true }) _after?: string | null,
  ): RunUpdateBatch {
    return batch;
  }

  @Subscription(() => LogBatch, {
    subscribe: ({ args, context }) => runLogStream(context as Context, args.runId, args.afterLine ?? 0),
  })
  runLogs(
    @Root() batch: LogBatch,
    @Arg('runId', () => ID) _runId: string,
    @Arg('afterLine', () => Int, { nullable: true, defaultValue: 0 }) _afterLine?: number | null,
  ): LogBatch {
    return batch;
  }
}
