import { readConfig, runService } from '@jobflow/platform';
import { executorConfig } from './executor-config.js';
import { startExecutor } from './start-executor.js';

await runService('executor', (context) => {
  const config = readConfig('executor', executorConfig, context.env);
  // A promise that a handler forgot to await must not end the runs of all the others.
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => {
    context.logger.error({ err: reason }, 'a promise was rejected that nobody awaits, probably in a handler');
  });
  return startExecutor(config, context);
});
