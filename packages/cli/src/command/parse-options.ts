import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { PlainError } from '../plain-error.js';

/** The options of a command, each with its name as a person writes it. Anything else is refused in one sentence. */
export function parseOptions<const T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; strict: true }>>['values'] {
  const see = `see "jobflow ${command} --help"`;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const name = /'(-[^' ]*)/.exec(message)?.[1];
    switch (code) {
      case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
        throw new PlainError(`Unknown option ${name}: ${see}.`);
      case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
        throw new PlainError(`${message.split('\n')[0]?.replace(/\.$/, '')}: ${see}.`);
      case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
        throw new PlainError(`Unexpected "${/'([^']*)'/.exec(message)?.[1]}": ${see}.`);
      default:
        throw error;
    }
  }
}

/** A whole number given by flag or variable; `from` names it in the error. */
export function wholeNumber(text: string, from: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new PlainError(`${from} must be a whole number from ${least} to ${most}, not "${text}".`);
}
