/*
 * The ids by which the log tells a repetition from something new. One message id a fact: a planned run and its first
 * queueing are two facts, and would swallow each other under one id.
 */

/** Of a RunQueued: whoever queues it, and however often, this queueing is stored once. */
export const queuedMsgId = (runId: string, delivery: number): string => `${runId}:${delivery}`;
/** Of a RunPlanned. */
export const plannedMsgId = (runId: string): string => `${runId}:planned`;
/** Of a new flow: the batch of all its runs. */
export const flowMsgId = (flowId: string): string => `${flowId}:flow`;
/** Of a flow's nth retry. */
export const flowRetryMsgId = (flowId: string, n: number): string => `${flowId}:retry:${n}`;
/** Of a run whose input could not be made for this queueing. */
export const inputFailedMsgId = (runId: string, delivery: number): string => `${runId}:${delivery}:input`;
