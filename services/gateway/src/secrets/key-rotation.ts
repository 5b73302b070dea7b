import {
  type Clock,
  type Logger,
  metric,
  type Registry,
  type SecretBox,
  type Service,
  type Timer,
} from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { Gauge } from 'prom-client';
import { type KeysInUse, keysInUse } from './keys-in-use.js';
import { resealBatch } from './reseal.js';

export interface KeyRotationParts {
  db: Pick<Db, 'query'>;
  box: SecretBox;
  clock: Clock;
  logger: Logger;
  metrics: Registry;
}

/** A gateway that was told of the current key later may seal under an old one for a while. */
const LOOK_MS = 60_000;

/**
 * Brings what is sealed under old keys under the current one, and tells how much is left: in the log whenever that
 * changes, and as a metric. Every gateway does so; none needs to know of the others.
 */
export function createKeyRotation({ db, box, clock, logger, metrics }: KeyRotationParts): Service {
  const gauge = gaugeOf(metrics);
  let timer: Timer | undefined;
  let looking: Promise<void> | undefined;
  let stopped = false;
  let told = '';

  async function resealAll(): Promise<string[]> {
    let resealed = 0;
    const broken: string[] = [];
    for (let after: string | undefined = ''; after !== undefined && !stopped; ) {
      const batch = await resealBatch(db, box, after);
      resealed += batch.resealed;
      broken.push(...batch.broken);
      after = batch.after;
    }
    if (resealed > 0) logger.info({ resealed, keyId: box.keyId }, 'stored secrets were sealed under the current key');
    return broken;
  }

  function tell(found: KeysInUse, broken: string[]): void {
    const { old, unknown, unknownKeyIds, unknownNames } = found;
    for (const key of ['current', 'next', 'old', 'unknown'] as const) gauge.set({ key }, found[key]);
    const state = JSON.stringify([old, unknown, unknownKeyIds, unknownNames, broken]);
    if (state === told) return;
    told = state;
    if (unknown > 0) {
      const what = { secrets: unknown, names: unknownNames, keyIds: unknownKeyIds };
      logger.warn(
        what,
        'stored secrets cannot be opened: add their keys to JOBFLOW_ENCRYPTION_OLD_KEYS, or set them anew; such channels have to be made anew',
      );
    }
    if (broken.length > 0) {
      logger.warn(
        { names: broken.slice(0, 10) },
        'stored secrets were changed outside and cannot be opened: set them anew; such channels have to be made anew',
      );
    }
    if (box.oldKeyIds.length === 0) return;
    const what = { left: old, oldKeyIds: box.oldKeyIds };
    if (old > 0) logger.info(what, 'stored secrets are left under old keys: keep those');
    else logger.info(what, 'no stored secret needs an old key: once every gateway has the current one, the old may go');
  }

  async function look(): Promise<void> {
    try {
      const broken = box.oldKeyIds.length > 0 ? await resealAll() : [];
      if (!stopped) tell(await keysInUse(db, box), broken);
    } catch (error) {
      logger.warn({ err: error }, 'stored secrets could not be looked through; it is tried again');
    }
  }

  function lookNow(): void {
    looking = look().finally(() => {
      if (!stopped) timer = clock.setTimer(LOOK_MS, lookNow);
    });
  }

  return {
    start: async () => lookNow(),
    async stop() {
      stopped = true;
      timer?.cancel();
      await looking;
    },
  };
}

const gaugeOf = (registry: Registry): Gauge =>
  metric(
    registry,
    'jobflow_gateway_sealed_secrets',
    (name) =>
      new Gauge({
        name,
        help: 'Stored secrets by the key they are sealed under: current, next, old, unknown (cannot be opened).',
        labelNames: ['key'],
        registers: [registry],
      }),
  );
