// Makes a checkout ready to run: dependencies, then the build. Plain JavaScript for Node 20, without dependencies,
// because it runs before there are any. Run by npm before `start`, `test` and `bench`; when nothing has changed since the
// last time it only looks, and says nothing. What is built is what will run: a mistake in a test does not stop `npm start`.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.jobflow-built.json');
const say = (line) => process.stdout.write(`${line}\n`);

/** A failure that a person can act on: printed as one sentence, without a stack. */
class Refusal extends Error {}

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

// --- dependencies ----------------------------------------------------------------------------------------------------

/** Whether what npm says it installed is what the lockfile asks for. Optional packages may be left out. */
function dependenciesMatch() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(modules, '.package-lock.json'))?.packages;
  if (!wanted) throw new Refusal('package-lock.json is missing or damaged: restore it with git.');
  if (!installed) return false;
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || link) continue;
    if (installed[path]?.version !== version && !(optional && !installed[path])) return false;
  }
  return ['.bin/tsc', '.bin/vite'].every((path) => existsSync(join(modules, path)));
}

async function installDependencies() {
  if (dependenciesMatch()) return;
  say('Installing dependencies; the first time this takes about a minute …');
  const startedAt = Date.now();
  const ticking = setInterval(() => say(`  … ${Math.round((Date.now() - startedAt) / 1000)} s`), 10_000);
  // Scripts of npm tell which npm runs them; otherwise it is the one in PATH.
  const npm = process.env.npm_execpath;
  // What the lockfile says, without touching it. `npm ci` would refuse where a registry lacks a package that only other
  // platforms need, and it would first remove all that is there.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'];
  const result = await (npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args));
  clearInterval(ticking);
  if (result.code !== 0) throw new Refusal(`npm could not install the dependencies: ${npmReason(result.output)}.`);
  say(`Installed dependencies in ${seconds(startedAt)}.`);
}

/** npm explains itself over many lines; the first that is not a code says what went wrong. */
function npmReason(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  const telling = lines.filter((line) => line && !/^(code|errno|syscall|path|npm warn|A complete log)\b/i.test(line));
  return (telling[0] ?? 'it ended without a reason').replace(/\.$/, '');
}

/** npm brings Node 24 as a package, for machines that have an older one. */
function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24 || existsSync(join(modules, 'node/bin/node'))) return;
  throw new Refusal(
    `Node 24 is needed, this is ${process.versions.node}, and npm was not allowed to run the install script of its "node" package: allow it, or install Node 24.`,
  );
}

// --- build -----------------------------------------------------------------------------------------------------------

const services = ['gateway', 'scheduler', 'executor', 'notifier', 'projector'].map((name) => `services/${name}`);
const platform = ['packages/cli', 'examples/handlers', ...services];
const tsc = (projects) => run(join(modules, '.bin/tsc'), ['-b', ...projects]);

const dashboard = {
  name: 'the dashboard',
  inputs: ['web', 'tsconfig.base.json'],
  output: 'web/dist/index.html',
  run: () => run('npm', ['run', '--silent', 'build', '-w', 'web']),
};
const servicesBuild = {
  name: 'the services',
  inputs: ['contracts', 'packages', 'services', 'examples', 'tsconfig.base.json'],
  output: 'packages/cli/dist/main.js',
  run: () => tsc(platform),
};
const benchmarks = {
  name: 'the benchmarks',
  inputs: [...servicesBuild.inputs, 'bench'],
  output: 'bench/dist/main.js',
  run: () => tsc([...platform, 'bench']),
};

/** What to build before which script of package.json. The check builds everything itself, as one of its steps. */
const builds = { pretest: [], prebench: [benchmarks, dashboard] }[process.env.npm_lifecycle_event] ?? [
  servicesBuild,
  dashboard,
];

const OUTPUTS = new Set(['node_modules', 'dist', 'coverage', '.cache', '.vite']);

/** A digest of every input's path, size and time: far cheaper than reading them, and a false alarm costs one build. */
function fingerprint(inputs) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat) return;
    if (!stat.isDirectory()) {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
      return;
    }
    for (const name of readdirSync(join(root, path)).sort()) if (!OUTPUTS.has(name)) visit(join(path, name));
  };
  for (const input of [...inputs, 'package-lock.json']) visit(input);
  return hash.digest('hex');
}

async function build() {
  const stamps = readJson(stampFile) ?? {};
  const due = builds
    .map((target) => ({ ...target, print: fingerprint(target.inputs) }))
    .filter(({ name, print, output }) => stamps[name] !== print || !existsSync(join(root, output)));
  if (due.length === 0) return;
  const startedAt = Date.now();
  say(`Building ${due.map(({ name }) => name).join(' and ')} …`);
  const results = await Promise.all(due.map((target) => target.run()));
  const failed = [];
  for (const [index, { name, print }] of due.entries()) {
    const { code, output } = results[index];
    if (code === 0) stamps[name] = print;
    else failed.push({ name, output });
  }
  try {
    writeFileSync(stampFile, JSON.stringify(stamps));
  } catch {
    // a checkout that cannot be written is built again next time
  }
  for (const { output } of failed) process.stderr.write(output);
  if (failed.length > 0) {
    throw new Refusal(`Building ${failed.map(({ name }) => name).join(' and ')} failed, for the reasons above.`);
  }
  say(`Built in ${seconds(startedAt)}.`);
}

// --- running things --------------------------------------------------------------------------------------------------

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs a program to its end with Node 24 first in PATH; answers with its exit code and the end of its output. */
function run(file, args) {
  const PATH = [join(modules, '.bin'), process.env.PATH].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-100_000);
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Two starts from one checkout must not install at the same time: the later one waits for the earlier. */
async function alone(work) {
  const path = join(root, '.prepare.lock');
  let waiting = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') return work(); // a checkout that cannot be written needs no lock
    }
    if (isStale(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!waiting) say('Waiting for another start that is preparing this folder …');
    waiting = true;
    await sleep(200);
  }
  process.once('exit', () => rmSync(path, { force: true }));
  return work();
}

/** Whether the process that took the lock is gone. It writes its pid a moment after it created the file. */
function isStale(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid ? !isAlive(pid) : Date.now() - statSync(path).mtimeMs > 2_000;
  } catch {
    return false; // removed in the meantime
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

try {
  await alone(async () => {
    await installDependencies();
    checkNode();
    await build();
  });
} catch (error) {
  process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
