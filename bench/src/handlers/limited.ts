import { setTimeout as wait } from 'node:timers/promises';
import { defineHandler } from '@jobflow/sdk';
import { confirm, tell } from '../collector/tell.js';
import { FEW, RATE, ROOMY } from '../limits-measured.js';

/** Counted outside while it runs: the limit holds only if it holds from the first instruction to the last. */
export const few = defineHandler('few', { limits: { concurrency: FEW } }, async () => {
  await confirm('begin');
  await wait(20);
  await confirm('end');
});

export const rated = defineHandler('rated', { limits: { rate: RATE } }, () => tell('tick'));

const short = () => wait(1);
export const roomy = defineHandler('roomy', { limits: { concurrency: ROOMY } }, short);
export const free = defineHandler('free', {}, short);
