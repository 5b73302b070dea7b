import type { ToolNeed } from './tool.js';

const CPU: Partial<Record<string, { go: string; gnu: string }>> = {
  x64: { go: 'amd64', gnu: 'x86_64' },
  arm64: { go: 'arm64', gnu: 'arm64' },
};

/** Atomic batch publishing and `sync_interval: always` came with NATS 2.12. */
export const natsNeed: ToolNeed = {
  name: 'nats-server',
  commands: ['nats-server'],
  minimum: [2, 12, 0],
  debian: {
    packages: ['nats-server'],
    // Debian 12 and 13 have older ones. It is a static program, so one from a newer suite runs on them.
    suites: (codename, distribution) => (distribution === 'debian' ? ['forky', 'sid'] : [codename]),
  },
  homebrew: 'nats-server',
  archive(platform, arch) {
    const cpu = CPU[arch];
    if (!cpu || (platform !== 'linux' && platform !== 'darwin')) return undefined;
    const release = 'https://github.com/nats-io/nats-server/releases/download/v2.12.7';
    const name = `nats-server-v2.12.7-${platform}-${cpu.go}`;
    return {
      url: `${release}/${name}.tar.gz`,
      checksumUrl: `${release}/SHA256SUMS`,
      member: `${name}/nats-server`,
    };
  },
  docker: 'nats:2.14-alpine',
  advice: 'install it from https://nats.io/download, or set NATS_URL to a server that is running',
};

export const redisNeed: ToolNeed = {
  name: 'redis-server',
  commands: ['redis-server', 'valkey-server'],
  minimum: [7, 0, 0],
  debian: {
    // Debian's redis-server is a link to a program in redis-tools.
    packages: ['redis-server', 'redis-tools'],
    suites: (codename) => [codename],
  },
  homebrew: 'redis',
  archive(platform, arch) {
    const cpu = CPU[arch];
    if (!cpu || platform !== 'linux') return undefined; // Redis publishes sources only; Valkey publishes programs
    const name = `valkey-8.1.1-jammy-${cpu.gnu}`;
    const url = `https://download.valkey.io/releases/${name}.tar.gz`;
    return { url, checksumUrl: `${url}.sha256`, member: `${name}/bin/valkey-server` };
  },
  docker: 'redis:8-alpine',
  advice: 'install it with your package manager, or set REDIS_URL to a server that is running',
};
