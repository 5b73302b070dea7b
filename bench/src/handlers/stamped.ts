import { defineHandler } from '@jobflow/sdk';
import { tellSoon } from '../collector/tell.js';
import { machineMicros } from '../program/machine-clock.js';

/** Tells how long it took from the moment its input bears to its start. */
export default defineHandler('stamped', {}, ({ input }) => {
  tellSoon(`latency ${machineMicros() - (input as { at: number }).at}`);
});
