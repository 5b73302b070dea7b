import { SecretReply, type SecretRequest } from '@jobflow/contracts';
import { type Clock, createSealedReader } from '@jobflow/platform';
import { NoRetry } from '../define/attempt-control.js';

/** Asked anew after this time; so a new value is in use no later. */
const FRESH_MS = 30_000;
/** While no gateway answers, a value serves no longer than this. */
const KEPT_MS = 60_000;
/** Values held at most; the one that has been there longest gives way. */
const KEPT = 500;
/** Pauses between the tries to reach a gateway. */
const PAUSES_MS = [200, 1_000, 3_000];

interface Away {
  kind: 'away';
  why: 'no-answer' | 'not-opened';
}

const REASONS: Record<Away['why'], string> = {
  'no-answer': 'no gateway answered. Check that one runs and reaches NATS.',
  'not-opened': 'the gateway could not read it. Its log and the health of the API say why.',
};

/** The secrets of the platform, as a worker gets them. */
export interface SecretSource {
  /**
   * The value of a secret, at most a minute old.
   * @throws NoRetry (SECRET_MISSING) if there is none of that name, SecretUnavailableError if no gateway answers
   */
  get(name: string): Promise<string>;
}

/** No gateway could be asked, or none could open it; another attempt may fare better. */
export class SecretUnavailableError extends Error {
  override readonly name = 'SecretUnavailableError';
  readonly code = 'SECRET_UNAVAILABLE';
  constructor(secret: string, why: Away['why']) {
    super(`The secret ${shown(secret)} could not be fetched: ${REASONS[why]}`);
    delete this.stack;
  }
}

export interface SecretSourceOptions {
  /** Asks any gateway, and waits for its answer for a few seconds; rejects if there is none. */
  ask: (request: SecretRequest) => Promise<unknown>;
  clock: Clock;
}

/** Fetches secrets when they are first needed, each once however many attempts ask, and forgets them within a minute. */
export function createSecretSource({ ask, clock }: SecretSourceOptions): SecretSource {
  const kept = new Map<string, { value: string; at: number }>();
  const asking = new Map<string, Promise<string>>();

  async function fetch(name: string): Promise<string> {
    for (let tries = 0; ; tries++) {
      const answer = await askOnce(name);
      if (answer.kind === 'value') {
        keep(name, answer.value);
        return answer.value;
      }
      if (answer.kind === 'missing') {
        kept.delete(name);
        throw new NoRetry(`There is no secret named ${shown(name)}: an admin can add it with setSecret`, {
          code: 'SECRET_MISSING',
        });
      }
      const pause = PAUSES_MS[tries];
      if (pause === undefined) throw new SecretUnavailableError(name, answer.why);
      await new Promise<void>((resolve) => void clock.setTimer(pause, resolve));
    }
  }

  async function askOnce(name: string): Promise<{ kind: 'value'; value: string } | { kind: 'missing' } | Away> {
    // A key pair of its own for every question: an old answer opens nothing.
    const reader = createSealedReader();
    try {
      const reply = SecretReply.parse(await ask({ name, publicKey: reader.publicKey }));
      if (reply.ok) return { kind: 'value', value: reader.open(reply, name) };
      return reply.reason === 'unavailable' ? { kind: 'away', why: 'not-opened' } : { kind: 'missing' };
    } catch {
      // Nobody there, too slow, or an answer that is not for us: it tells nothing, so it is as good as none.
      return { kind: 'away', why: 'no-answer' };
    }
  }

  function keep(name: string, value: string): void {
    kept.delete(name);
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(name, { value, at: clock.now() });
  }

  function fetchOnce(name: string): Promise<string> {
    const under = asking.get(name);
    if (under) return under;
    const mine = fetch(name).finally(() => asking.delete(name));
    asking.set(name, mine);
    return mine;
  }

  return {
    async get(name) {
      const known = kept.get(name);
      const age = known ? clock.now() - known.at : Number.POSITIVE_INFINITY;
      if (known && age < FRESH_MS) return known.value;
      if (known && age >= KEPT_MS) kept.delete(name);
      try {
        return await fetchOnce(name);
      } catch (error) {
        const still = kept.get(name);
        if (error instanceof SecretUnavailableError && still && clock.now() - still.at < KEPT_MS) return still.value;
        throw error;
      }
    },
  };
}

const shown = (name: string): string => JSON.stringify(name.slice(0, 100));
