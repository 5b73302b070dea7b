import { deadLetterSubject, effectSubject, groupEnds } from '@jobflow/contracts';
import type { RunsFolded } from './fold-runs.js';

/** What must follow from a batch. */
export interface OutboxRow {
  subject: string;
  msg_id: string;
  payload: object;
}

/** Runs told in one message. */
const CHUNK = 500;

/** What must follow, under ids that name the batch: relayed twice, it is stored once. */
export function outboxRows({
  firstSeq,
  lastSeq,
  queueRuns,
  notifyRuns,
  notifyFlows,
  deadLetters,
}: RunsFolded): OutboxRow[] {
  const batch = `${firstSeq}-${lastSeq}`;
  const rows: OutboxRow[] = [];
  for (let first = 0; first < queueRuns.length; first += CHUNK) {
    const id = `queue-run:${batch}:${first}`;
    const payload = { v: 1, id, runs: queueRuns.slice(first, first + CHUNK) };
    rows.push({ subject: effectSubject('queue-run'), msg_id: id, payload });
  }
  for (let first = 0; first < notifyRuns.length; first += CHUNK) {
    const id = `notify-run:${batch}:${first}`;
    const payload = { v: 2, id, groups: groupEnds(notifyRuns.slice(first, first + CHUNK)) };
    rows.push({ subject: effectSubject('notify-run'), msg_id: id, payload });
  }
  for (let first = 0; first < notifyFlows.length; first += CHUNK) {
    const id = `notify-flow:${batch}:${first}`;
    const payload = { v: 2, id, groups: [], flows: notifyFlows.slice(first, first + CHUNK) };
    rows.push({ subject: effectSubject('notify-run'), msg_id: id, payload });
  }
  for (const letter of deadLetters) {
    const msg_id = `dead:${letter.runId}:${letter.at}`;
    rows.push({ subject: deadLetterSubject(letter.queue), msg_id, payload: { v: 1, ...letter } });
  }
  return rows;
}
