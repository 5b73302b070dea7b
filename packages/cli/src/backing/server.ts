import type { Tool } from '../find/tool.js';
import { endWithParent, type Launch } from '../process/end-with-parent.js';
import type { ProcessSpec } from '../process/managed-process.js';
import { runCommand } from '../process/run-command.js';

/** A backing service: how to run it, and the URL, with credentials, under which it is reached. */
export interface Server {
  spec: ProcessSpec;
  url: string;
}

export const ADDRESS_FILE = 'address.json';

/** Where a private server listens: kept in its folder, for commands that run beside it. */
export interface Address {
  host: string;
  port: number;
}

/** A host as a URL has it. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Where a server sees its folder, and where it listens: inside a container both differ. */
export interface Place {
  dir: string;
  host: string;
  port: number;
}

export const placeOf = (tool: Tool, dir: string, port: number, containerPort: number, host = '127.0.0.1'): Place =>
  tool.kind === 'native' ? { dir, host, port } : { dir: '/jobflow', host: '0.0.0.0', port: containerPort };

/** Starts a server program, natively or in its container, with `args` that name paths as `placeOf` has them. */
export function serverLaunch(
  tool: Tool,
  name: string,
  dir: string,
  ports: { outside: number; inside: number; host?: string },
  args: readonly string[],
  extraEnv: Readonly<Record<string, string>> = {},
): Pick<ProcessSpec, 'launch' | 'kill'> {
  if (tool.kind === 'native') {
    const env = { ...minimalEnv(), ...extraEnv, ...(tool.libraryPath && { LD_LIBRARY_PATH: tool.libraryPath }) };
    const launch: Launch = { file: tool.path, args, env, cwd: dir };
    return { launch: () => endWithParent(launch, 'SIGTERM') };
  }
  const container = `jobflow-${name}-${ports.outside}`;
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  const settings = Object.entries(extraEnv).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  const run = [
    ...['run', '--rm', '--init', '--name', container, ...user, ...settings],
    ...['--publish', `${ports.host ?? '127.0.0.1'}:${ports.outside}:${ports.inside}`, '--volume', `${dir}:/jobflow`],
    ...['--entrypoint', tool.command, tool.image, ...args],
  ];
  const remove = () => runCommand(tool.docker, ['rm', '--force', container]);
  return {
    async launch() {
      await remove(); // what a crashed start left behind
      return { file: tool.docker, args: run, env: minimalEnv() };
    },
    async kill() {
      await runCommand(tool.docker, ['kill', container]);
    },
  };
}

/** What a server gets to know of our surroundings: nothing that is secret. */
export function minimalEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'];
  return {
    TZ: 'UTC',
    LC_ALL: 'C',
    ...Object.fromEntries(kept.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  };
}
