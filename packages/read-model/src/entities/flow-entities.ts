import type { FlowStatus } from '@jobflow/contracts';
import { defineEntity } from '@mikro-orm/core';
import { column } from './columns.js';

/** A graph of runs as a whole; its counters are kept by the fold. */
export const FlowEntity = defineEntity({
  name: 'Flow',
  tableName: 'read.flows',
  properties: {
    id: column.uuid().primary(),
    name: column.text().nullable(),
    status: column.text<FlowStatus>(),
    tags: column.texts(),
    /** The jobs of its nodes, each once. */
    jobs: column.texts(),
    /** On whose control subject its events are. */
    queue: column.text(),
    callback_url: column.text().nullable(),
    idempotency_key: column.text().nullable(),
    total: column.int(),
    done: column.int(),
    failed: column.int(),
    cancel_requested_at: column.instant().nullable(),
    cancel_reason: column.text().nullable(),
    retries: column.int(),
    created_at: column.instant(),
    created_by: column.text().nullable(),
    finished_at: column.instant().nullable(),
    changed_seq: column.big(),
  },
});

/** A node of a flow: which run it is, and which runs of the flow that one depends on. */
export const FlowNodeEntity = defineEntity({
  name: 'FlowNode',
  tableName: 'read.flow_nodes',
  properties: {
    flow_id: column.uuid().primary(),
    n: column.int().primary(),
    key: column.text(),
    run_id: column.uuid(),
    depends_on: column.uuids(),
    runs_anyway: column.flag(),
    delay_ms: column.big().nullable(),
  },
});
