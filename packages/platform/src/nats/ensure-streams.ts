import { type StreamDefinition, streams } from '@jobflow/contracts';
import { DiscardPolicy, JetStreamApiError, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { BootError } from '../service/service.js';
import type { NatsLink } from './nats-link.js';

const NO_SUCH_STREAM = 10059;
const NAME_IN_USE = 10058;
const NO_STORAGE = 10047;
const SMALLEST_BYTES = 64 * 1024 ** 2;

/**
 * Creates the streams of contracts, or brings them to what contracts say. Safe to call by many at once. Sizes, ages and
 * replicas of a stream that exists belong to its operator and stay as they are.
 */
export async function ensureStreams(link: NatsLink, definitions: readonly StreamDefinition[] = streams): Promise<void> {
  for (const definition of definitions) await ensureStream(link, definition);
}

async function ensureStream(link: NatsLink, definition: StreamDefinition): Promise<void> {
  const found = await link.jsm.streams.info(definition.name).catch(ignore(NO_SUCH_STREAM));
  if (!found) return create(link, definition);
  const wanted = shared(definition);
  const differs = Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(found.config[key as keyof StreamConfig] ?? null) !== JSON.stringify(value),
  );
  if (differs) await link.jsm.streams.update(definition.name, { ...found.config, ...wanted });
}

/** A server with little room gets smaller streams rather than none. */
async function create(link: NatsLink, definition: StreamDefinition): Promise<void> {
  for (let maxBytes = definition.maxBytes; maxBytes >= SMALLEST_BYTES; maxBytes /= 2) {
    try {
      await link.jsm.streams.add({
        name: definition.name,
        storage: StorageType.File,
        max_bytes: maxBytes,
        max_age: nanos(definition.maxAgeMs),
        allow_direct: true,
        ...shared(definition),
      });
      return;
    } catch (error) {
      const code = apiCode(error);
      if (code === NAME_IN_USE) return ensureStream(link, definition);
      if (code !== NO_STORAGE) throw new Error(`create the stream ${definition.name}`, { cause: error });
    }
  }
  throw new BootError(
    `NATS has no room for the stream ${definition.name} (${SMALLEST_BYTES / 1024 ** 2} MiB): free disk space or raise max_file_store.`,
  );
}

const shared = (definition: StreamDefinition) => ({
  subjects: definition.subjects,
  discard: definition.discard === 'new' ? DiscardPolicy.New : DiscardPolicy.Old,
  duplicate_window: nanos(definition.duplicateWindowMs),
  max_msgs_per_subject: definition.maxMsgsPerSubject ?? -1,
  ...(definition.allowAtomic ? { allow_atomic: true } : {}),
});

/** The err_code of a JetStream API error. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** Turns an API error with one of these codes into undefined. */
export function ignore(...codes: number[]): (error: unknown) => undefined {
  return (error) => {
    if (codes.includes(apiCode(error) ?? -1)) return undefined;
    throw error;
  };
}
