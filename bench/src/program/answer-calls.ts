export interface Call {
  id: number;
  name: string;
  argument?: unknown;
}

export interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** What a program can be told to do. `close` is called when the parent turns away, or is gone. */
export interface Answers {
  // biome-ignore lint/suspicious/noExplicitAny: the caller, a file of the same package, knows what it sends
  readonly [name: string]: (argument: any) => unknown;
}

/** Makes this process a program: `open` is told its configuration, and the calls it can answer from then on. */
export function answerCalls<C>(open: (config: C) => Promise<Answers>): void {
  let answers: Promise<Answers> | undefined;
  const carryOut = async ({ name, argument }: Call): Promise<unknown> => {
    if (name === 'open') {
      answers = open(argument as C);
      await answers;
      return undefined;
    }
    const call = (await answers)?.[name];
    if (!call) throw new Error(`it cannot ${name}`);
    return call(argument);
  };
  process.on('message', async (call: Call) => {
    const answer = await carryOut(call).then(
      (value): Answer => ({ id: call.id, value }),
      (error: unknown): Answer => ({ id: call.id, error: error instanceof Error ? error.message : String(error) }),
    );
    if (process.connected) process.send?.(answer);
  });
  process.on('disconnect', async () => {
    await (await answers?.catch(() => undefined))?.close?.(undefined);
    process.exit(0);
  });
}
