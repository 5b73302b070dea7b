/*
 * The ids by which the log tells a repetition from something new. One message id a fact: a planned run and its first
 * queueing are two facts, and would swallow each other under one id.
 */

/** Of a RunQueued: whoever queues it, and however often, this queueing is stored once. */
export const queuedMsgId = (runId: string, delivery: number): string => `${runId}:${delivery}`;
/** Of a RunPlanned. */
export const plannedMsgId = (runId: string): string => `${runId}:planned`;
