/** What a command gets to see of the world; only `main.ts` reads it from there. */
export interface CommandContext {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** The folder the person is in, against which the paths they give are resolved. */
  cwd: string;
  print(line: string): void;
  complain(line: string): void;
  /** Calls back at every request to stop: Ctrl-C, or a signal. Until it is first called, such a request ends the program. */
  onStopRequest(callback: () => void): void;
}

/** A word after `jobflow`. It throws a PlainError for what the person can mend, and answers with the exit code. */
export interface Command {
  /** One line in `jobflow --help`. */
  summary: string;
  help: string;
  run(context: CommandContext): Promise<number>;
}
