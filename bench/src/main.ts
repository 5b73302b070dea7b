/**
 * npm run bench -- [name…] [--runs N] [--seconds N] [--rounds 3]
 *
 * Runs the named benchmarks one after the other, each on servers and data of its own, and prints their tables. They
 * measure and do not judge. Ratios are what to read: absolute rates are those of one machine in one hour.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benches } from './benches.js';
import { type Arguments, readArguments } from './read-arguments.js';
import { machineFacts } from './report/machine-facts.js';
import { type Section, sectionText } from './report/section.js';
import { serverVersions } from './report/server-versions.js';

const say = (line: string) => process.stdout.write(`${line}\n`);

const help = `\
Usage: npm run bench -- [name…] [--runs N] [--seconds N] [--rounds 3]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`)
  .join('\n')}

Without a name: platform. The figure in brackets is what --runs or --seconds changes.`;

let args: Arguments;
try {
  args = readArguments(process.argv.slice(2), Object.keys(benches));
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}.\n`);
  process.exit(1);
}
if (args.help) say(help);
else await runBenches(args);

async function runBenches({ names, ...figures }: Arguments): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'jobflow-bench-'));
  // All processes started here end with this one: the servers by the kernel's signal, the others with their channel.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
      process.exit(code);
    });
  }
  const sections: Section[] = [];
  let facts = machineFacts();
  try {
    facts += `, ${await serverVersions(dir)}`;
    for (const name of names) {
      say(`${name} …`);
      const measured = await benches[name]?.run({ dir, say: (line) => say(`  ${line}`), ...figures });
      sections.push(...(measured ?? []));
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  say(`\n${facts}\n`);
  say(sections.map(sectionText).join('\n'));
}
