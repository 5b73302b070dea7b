import type { Duplex } from 'node:stream';

/** With so many answers open, the other side is heard no further: it may be one that never reads them. */
const MOST_OPEN = 64;

/**
 * Sends the answers to a process's questions on the channel on which it asks, one line of JSON each, as they come. Each
 * must resolve, whatever becomes of the question.
 */
export function jsonAnswers(channel: Duplex): (answer: Promise<unknown>) => void {
  let open = 0;
  const answered = () => {
    open -= 1;
    if (open < MOST_OPEN) channel.resume();
  };
  return (answer) => {
    open += 1;
    if (open >= MOST_OPEN) channel.pause();
    void answer.then((value) => channel.write(`${JSON.stringify(value)}\n`, answered));
  };
}
