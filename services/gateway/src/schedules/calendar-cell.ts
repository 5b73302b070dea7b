import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime, SafeInt } from '../schema/scalars.js';
import { DstMark } from './schedule.js';

/** A stretch of the calendar of fires. */
@ObjectType()
export class CalendarCell {
  @Field(() => DateTime)
  from!: Date | number;

  @Field(() => SafeInt)
  planned!: number;

  /** Fires that made a run. */
  @Field(() => SafeInt)
  ran!: number;

  /** Those of them whose run has failed. */
  @Field(() => SafeInt)
  failed!: number;

  /** Fires that made no run, for whatever reason. */
  @Field(() => SafeInt)
  missed!: number;

  @Field(() => DateTime, { nullable: true })
  busiestAt?: Date | undefined;

  /** Fires in the same second. */
  @Field(() => Int)
  busiest!: number;

  @Field(() => DstMark)
  dst!: DstMark;
}
