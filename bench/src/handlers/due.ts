import { defineHandler } from '@jobflow/sdk';
import { tell } from '../collector/tell.js';

/** Tells how long after its time it started, and whether that counts. */
export default defineHandler('due', {}, ({ input }) => {
  const { dueAt, counts } = input as { dueAt: number; counts: boolean };
  tell(`${counts ? 'late' : 'warm'} ${Date.now() - dueAt}`);
});
