import { readConfig, runService } from '@jobflow/platform';
import { failAttemptOf } from '@jobflow/sdk';
import { executorConfig } from './executor-config.js';
import { startExecutor } from './start-executor.js';

await runService('executor', (context) => {
  const config = readConfig('executor', executorConfig, context.env);
  // A promise that a handler forgot to await must not end the runs of all the others.
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => {
    context.logger.error({ err: reason }, 'a promise was rejected that nobody awaits, probably in a handler');
  });
  // What a handler's timer throws is its run's failure; anything else leaves this process in an unknown state.
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error, origin) => {
    if (failAttemptOf(error)) context.logger.error({ err: error }, 'a handler threw where nobody could catch it');
    else for (const listener of others) listener(error, origin);
  });
  return startExecutor(config, context);
});
