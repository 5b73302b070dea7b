import { defineJob } from '@jobflow/sdk';

/**
 * A job that no worker here carries out. Its runs stay queued, saying so, until a worker with a handler named
 * image.process joins; where JOBFLOW_NO_HANDLER_AFTER_MS is set, they become dead letters after that.
 */
export default defineJob('image.process', {
  title: 'Process an image',
  description: 'No worker handles it: shows what happens to runs that nobody takes.',
  input: {
    type: 'object',
    properties: {
      url: { type: 'string', format: 'uri', title: 'Image' },
      width: { type: 'integer', minimum: 1, maximum: 10000, title: 'Width' },
    },
  },
  defaultInput: { url: 'https://example.com/cat.png', width: 640 },
  tags: ['example', 'images'],
});
