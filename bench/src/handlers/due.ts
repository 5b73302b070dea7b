import { defineHandler } from '@jobflow/sdk';
import { tellSoon } from '../collector/tell.js';

/** Tells how long after its time it started, and whether that counts. */
export default defineHandler('due', {}, ({ input }) => {
  const { dueAt, counts } = input as { dueAt: number; counts: boolean };
  tellSoon(`${counts ? 'late' : 'warm'} ${Date.now() - dueAt}`);
});
