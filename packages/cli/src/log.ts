/** What the supervisor tells the person at the terminal, a line at a time. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
}

export const silentLog: Log = { info: () => {}, warn: () => {} };
