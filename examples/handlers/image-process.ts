import { defineJob } from '@jobflow/sdk';

/**
 * A job that no worker here has a handler for: its runs stay QUEUED, the dashboard says why, and after a minute they are
 * dead letters.
 */
export default defineJob('image.process', {
  title: 'Process an image',
  description: 'No worker handles this one: shows what happens then',
  retry: { maxAttempts: 1 },
  tags: ['example'],
});
