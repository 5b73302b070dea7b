import { messageOf, PlainError } from '../plain-error.js';
import type { Command } from './command.js';
import { parseOptions } from './parse-options.js';

const help = `\
Usage: jobflow migrate

Brings the database at DATABASE_URL to the newest schema. \`jobflow start\` does this by itself.
`;

export const migrate: Command = {
  summary: 'bring the database at DATABASE_URL to the newest schema',
  help,
  async run(context) {
    const flags = parseOptions('migrate', context.args, { help: { type: 'boolean', short: 'h' } });
    if (flags.help) {
      context.print(help.trimEnd());
      return 0;
    }
    const url = context.env.DATABASE_URL;
    if (!url || !URL.canParse(url)) {
      throw new PlainError('DATABASE_URL must be set, like postgres://user:password@host:5432/database.');
    }
    const { host } = new URL(url);
    try {
      // Loaded here alone: nothing else that this command line does needs the database's library.
      const readModel = await import('@jobflow/read-model');
      await readModel.migrate(url);
    } catch (error) {
      throw new PlainError(`Postgres at ${host} could not be migrated: ${firstSentence(error)}.`);
    }
    return 0;
  },
};

/** The innermost cause says most; statements that failed may be long. */
function firstSentence(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  if (cause instanceof AggregateError && cause.errors.length > 0) return firstSentence(cause.errors[0]);
  return (
    messageOf(cause)
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1)
      ?.slice(0, 300)
      .replace(/\.+$/, '') ?? 'unknown'
  );
}
