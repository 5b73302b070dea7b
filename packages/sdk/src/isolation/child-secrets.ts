import type { AttemptError } from '@jobflow/domain';
import { NoRetry } from '../define/attempt-control.js';

/** Secrets as the process of a handler gets them: it asks its worker, which takes them out of all that it passes on. */
export class ChildSecrets {
  readonly #ask: (id: number, name: string) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  #asked = 0;

  constructor(ask: (id: number, name: string) => void) {
    this.#ask = ask;
  }

  get(name: string): Promise<string> {
    const id = this.#asked++;
    const answer = Promise.withResolvers<string>();
    this.#waiting.set(id, answer);
    this.#ask(id, name);
    return answer.promise;
  }

  hear(id: number, answer: { value: string } | { error: AttemptError }): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if ('value' in answer) waiting?.resolve(answer.value);
    else waiting?.reject(asThrown(answer.error));
  }
}

function asThrown({ message, code, retryable }: AttemptError): Error {
  if (retryable === false) return new NoRetry(message, code === undefined ? undefined : { code });
  return Object.assign(new Error(message), code !== undefined && { code });
}
