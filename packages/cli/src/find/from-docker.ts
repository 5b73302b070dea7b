import { lastLine, runCommand } from '../process/run-command.js';
import { whichCommand } from './from-path.js';
import { type Source, tooOld } from './tool.js';
import { compareVersions, parseVersion } from './version.js';

/** The official image, if a Docker engine answers. */
export const fromDocker: Source = async (need, { env, log, signal }) => {
  const docker = await whichCommand('docker', env);
  if (!docker) return { why: 'no Docker here' };
  const engine = await runCommand(docker, ['version', '--format', '{{.Server.Version}}'], { env, timeoutMs: 10_000 });
  if (engine.code !== 0) return { why: 'no Docker engine answers' };
  const image = need.docker;
  if ((await runCommand(docker, ['image', 'inspect', image], { env })).code !== 0) {
    log.info(`Pulling the Docker image ${image} …`);
    const pull = await runCommand(docker, ['pull', '--quiet', image], { env, timeoutMs: 600_000, signal });
    if (pull.code !== 0) return { why: lastLine(pull.stderr) };
  }
  const command = need.name;
  const args = ['run', '--rm', '--network', 'none', '--entrypoint', command, image, '--version'];
  const { stdout } = await runCommand(docker, args, { env });
  const version = parseVersion(stdout);
  if (!version) return { why: `${image} does not run` };
  if (compareVersions(version, need.minimum) < 0) return { why: `${image}: ${tooOld(need, version)}` };
  return { tool: { kind: 'docker', docker, image, command, version, source: `Docker ${image}` } };
};
