import { live, type SecretReply, SecretRequest } from '@jobflow/contracts';
import { type Logger, type NatsLink, type SecretBox, SecretBoxError, type Service, sealFor } from '@jobflow/platform';
import type { Db } from '@jobflow/read-model';
import { readSecret } from './secret-rows.js';

export interface SecretResponderParts {
  link: NatsLink;
  db: Pick<Db, 'query'>;
  box: SecretBox;
  logger: Logger;
}

/**
 * Answers workers that ask for a secret, sealed for the one that asks. Gateways share the questions: each is answered
 * by one of them. Channels' rows cannot be asked for, since their names hold a colon.
 */
export function createSecretResponder({ link, db, box, logger }: SecretResponderParts): Service {
  let stop: (() => void) | undefined;

  async function answer(text: string): Promise<SecretReply> {
    const request = SecretRequest.safeParse(parsed(text));
    if (!request.success) return { ok: false, reason: 'bad-request' };
    const { name, publicKey } = request.data;
    const value = await readSecret(db, box, name);
    return value === undefined ? { ok: false, reason: 'missing' } : { ok: true, ...sealFor(publicKey, value, name) };
  }

  return {
    async start() {
      const subscription = link.nc.subscribe(live.secret, {
        queue: 'gateway',
        callback(error, message) {
          if (error) return;
          answer(message.string())
            .catch((cause: unknown): SecretReply => {
              if (cause instanceof SecretBoxError) logger.warn({ why: cause.message }, 'a secret cannot be opened');
              else logger.warn({ err: cause }, 'a secret cannot be read');
              return { ok: false, reason: 'unavailable' };
            })
            .then((reply) => message.respond(JSON.stringify(reply)))
            .catch((cause: unknown) => logger.warn({ err: cause }, 'a secret could not be sent'));
        },
      });
      stop = () => subscription.unsubscribe();
    },
    async stop() {
      if (!link.nc.isClosed()) stop?.();
      stop = undefined;
    },
  };
}

/** Undefined, which no schema takes, if it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
