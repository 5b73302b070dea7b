import { median, perSecond } from '../report/figures.js';
import type { Contender } from './contender.js';

export interface Compared {
  name: string;
  rate: number;
  /** Of the first contender's rate to this one's, round by round. */
  ratio: number;
}

export interface CompareOptions {
  runs: number;
  rounds: number;
  say: (line: string) => void;
}

/**
 * The same number of runs through each, in turn, the order reversed from round to round. A first round of each warms it
 * up and is not counted. Rates and ratios are medians over the rounds.
 */
export async function compare(
  contenders: readonly Contender[],
  { runs, rounds, say }: CompareOptions,
): Promise<Compared[]> {
  for (const contender of contenders) await contender.round(runs);
  const rates = contenders.map((): number[] => []);
  for (let round = 1; round <= rounds; round++) {
    const order = contenders.map((_, i) => i);
    if (round % 2 === 0) order.reverse();
    for (const i of order) rates[i]?.push((await contenders[i]?.round(runs)) ?? 0);
    const told = contenders.map(({ name }, i) => `${name} ${perSecond(rates[i]?.at(-1) ?? 0)}`);
    const ratios = rates.slice(1).map((of) => ((rates[0]?.at(-1) ?? 0) / (of.at(-1) ?? 0)).toFixed(2));
    say(`round ${round}: ${told.join('; ')}; ratio ${ratios.join(', ')}`);
  }
  return contenders.map(({ name }, i) => ({
    name,
    rate: median(rates[i] ?? []),
    ratio: median((rates[i] ?? []).map((rate, round) => (rates[0]?.[round] ?? 0) / rate)),
  }));
}

export const comparedRows = (compared: readonly Compared[]): string[][] =>
  compared.map(({ name, rate, ratio }, i) => [name, perSecond(rate), i === 0 ? '' : ratio.toFixed(2)]);
