import { parseArgs } from 'node:util';

export interface Arguments {
  help: boolean;
  names: string[];
  runs: number | undefined;
  seconds: number | undefined;
  rounds: number;
}

/**
 * What to measure, and how much of it.
 * @throws RangeError or TypeError whose message tells what is wrong with which argument
 */
export function readArguments(args: string[], known: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      runs: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`there is no benchmark ${JSON.stringify(unknown)}: choose from ${known.join(', ')}`);
  }
  return {
    help: values.help,
    names: positionals.length > 0 ? positionals : ['platform'],
    runs: values.runs === undefined ? undefined : whole('--runs', values.runs, 1_000, 10_000_000),
    seconds: values.seconds === undefined ? undefined : whole('--seconds', values.seconds, 1, 3_600),
    rounds: whole('--rounds', values.rounds, 1, 100),
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}
