import 'reflect-metadata';
import { runService } from '@jobflow/platform';
import { readGatewayConfig } from './server/read-gateway-config.js';
import { releaseBootMemory } from './server/release-boot-memory.js';

await runService('gateway', async (context) => {
  const { config, urls } = readGatewayConfig(context.env);
  // After the settings are known to be good: what it takes to serve is large.
  const { startGateway } = await import('./server/start-gateway.js');
  const { parts, url } = await startGateway({ context, config, urls });
  releaseBootMemory();
  context.logger.info({ url, publicUrl: config.publicUrl }, 'the gateway serves');
  return parts;
});
