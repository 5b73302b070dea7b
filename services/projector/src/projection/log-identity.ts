import type { NatsLink } from '@jobflow/platform';
import type { DbSession } from '@jobflow/read-model';

/** The log and the read model do not belong together any more: a person must decide. Never retried. */
export class LogMismatchError extends Error {
  override name = 'LogMismatchError';
}

export async function storedCheckpoint(session: DbSession, stream: string): Promise<number> {
  await session.query('insert into read.checkpoint (stream, seq) values ($1, 0) on conflict do nothing', [stream]);
  const [row] = await session.query<{ seq: number }>('select seq from read.checkpoint where stream = $1', [stream]);
  return row?.seq ?? 0;
}

/**
 * Is this still the log that the rows were folded from? It must reach at least to the checkpoint, and hold there the
 * commit whose id was noted. Where that message is gone, as streams that drop old ones do, the stream must be the one
 * that was created then; a restored stream is created anew, and known by its commit. Checked before anything more is
 * applied: at the start, and at every new beginning of the reader.
 *
 * @throws LogMismatchError
 */
export async function checkLog(
  link: NatsLink,
  session: DbSession,
  stream: string,
  checkpoint: number,
  known?: { created: string; lastSeq: number },
): Promise<void> {
  const { created, lastSeq } = known ?? (await describeStream(link, stream));
  if (lastSeq < checkpoint) {
    throw new LogMismatchError(
      `${stream} ends at ${lastSeq}, but Postgres was folded up to ${checkpoint}: this is not the same log. Restore its data, or rebuild the read model.`,
    );
  }
  const [row] = await session.query<{ commit_id: string | null; stream_created: Date | null }>(
    'select commit_id, stream_created from read.checkpoint where stream = $1',
    [stream],
  );
  const createdAt = new Date(created);
  const message =
    checkpoint > 0 && row?.commit_id ? await link.jsm.streams.getMessage(stream, { seq: checkpoint }) : undefined;
  if (message && commitIdOf(message.data) !== row?.commit_id) {
    throw new LogMismatchError(
      `${stream} holds another message at ${checkpoint} than the one that was folded: this is not the same log. Restore its data, or rebuild the read model.`,
    );
  }
  const same = row?.stream_created?.getTime() === createdAt.getTime();
  if (checkpoint > 0 && row?.stream_created && !message && !same) {
    throw new LogMismatchError(
      `${stream} was created at ${createdAt.toISOString()}, and Postgres was folded from one created at ${row.stream_created.toISOString()}: this is not the same log. Restore its data, or rebuild the read model.`,
    );
  }
  if (!same)
    await session.query('update read.checkpoint set stream_created = $2 where stream = $1', [stream, createdAt]);
}

async function describeStream(link: NatsLink, stream: string): Promise<{ created: string; lastSeq: number }> {
  const { created, state } = await link.jsm.streams.info(stream);
  return { created, lastSeq: state.last_seq };
}

export function commitIdOf(data: Uint8Array | undefined): string | null {
  try {
    const { id } = JSON.parse(new TextDecoder().decode(data)) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
