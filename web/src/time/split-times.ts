export interface MessagePart {
  text: string;
  /** The instant that the text names, in milliseconds. */
  at: number | undefined;
}

const instant = /(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z)/;

/** Splits a sentence of the server at the UTC instants in it, so that they can be shown in the reader's own time. */
export function splitTimes(message: string): MessagePart[] {
  return message
    .split(instant)
    .filter((text) => text !== '')
    .map((text) => {
      const at = instant.test(text) ? Date.parse(text) : Number.NaN;
      return { text, at: Number.isNaN(at) ? undefined : at };
    });
}
