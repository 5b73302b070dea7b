import { defineHandler } from '@jobflow/sdk';
import { tell } from '../collector/tell.js';
import { machineMicros } from '../program/machine-clock.js';

/** Tells how long it took from the moment its input bears to its start. */
export default defineHandler('stamped', {}, ({ input }) => {
  tell(`latency ${machineMicros() - (input as { at: number }).at}`);
});
