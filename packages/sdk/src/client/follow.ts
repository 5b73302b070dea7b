import type { Connection, Data } from './connection.js';
import { JobflowError } from './jobflow-error.js';
import { pause } from './pause.js';
import type { Operation } from './post-operation.js';
import { repeatDelay } from './repeat-delay.js';

/** Two minutes of trying where nobody listens, longer elsewhere. */
const FRUITLESS = 120;

export interface Followed {
  /** The operation that goes on after what has been seen. */
  operation(): Operation;
  /** Whether that was the end: a stream that ends otherwise is taken up again. */
  finished(): boolean;
}

/**
 * The frames of a subscription across connections: whenever one is lost, the next goes on where it left off.
 * @throws JobflowError for what another try does not mend, and after `mostFruitless` connections in a row without a frame
 */
export async function* follow(
  connection: Connection,
  followed: Followed,
  signal: AbortSignal,
  mostFruitless = FRUITLESS,
): AsyncGenerator<Data, void, undefined> {
  let fruitless = 0;
  for (let anew = false; ; ) {
    try {
      for await (const data of connection.subscribe(followed.operation(), anew, signal)) {
        fruitless = 0;
        anew = false;
        yield data;
      }
      if (followed.finished()) return;
      fruitless++;
      await pause(100, signal);
    } catch (error) {
      signal.throwIfAborted();
      connection.closed.throwIfAborted();
      if (!(error instanceof JobflowError)) throw error;
      const expired = error.code === 'UNAUTHENTICATED' && connection.renewable && !anew;
      fruitless++;
      const delayMs = expired ? 0 : repeatDelay(error, 'always', fruitless, Math.random());
      if (delayMs === undefined || fruitless > mostFruitless) throw error;
      anew = error.code === 'UNAUTHENTICATED';
      await pause(delayMs, signal);
    }
  }
}
