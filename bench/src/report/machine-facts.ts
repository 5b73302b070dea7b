import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';

const require = createRequire(import.meta.url);

/** What figures of this machine must be read beside. */
export function machineFacts(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gb = Math.round(totalmem() / 1024 ** 3);
  const facts = [
    new Date().toISOString().slice(0, 10),
    `${availableParallelism()} cores (${model}), ${gb} GB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
  ];
  return facts.join(', ');
}

/** The version of an npm package that is compared, as installed. */
export async function packageVersion(name: string): Promise<string> {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = await readFile(`${folder}/${name}/package.json`, 'utf8').catch(() => undefined);
    if (manifest) return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  }
  return name;
}
