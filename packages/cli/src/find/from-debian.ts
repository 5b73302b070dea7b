import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLine, runCommand } from '../process/run-command.js';
import { debianMirrors, readOsRelease } from './debian-mirrors.js';
import { whichCommand } from './from-path.js';
import { readToolVersion } from './read-tool-version.js';
import type { FindContext, Found, Source, ToolNeed } from './tool.js';
import { keepInCache, makeWorkDir } from './tool-cache.js';

interface Suite {
  name: string;
  mirror: string;
  keyring: string;
  components: string;
}

/**
 * Debian's own package, fetched and unpacked into the cache by any user: nothing is installed, and the mirror is the
 * one this machine is already set up with.
 */
export const fromDebian: Source = async (need, context) => {
  const apt = await whichCommand('apt-get', context.env);
  if (!apt || !(await whichCommand('dpkg', context.env))) return { why: 'no apt-get here' };
  const os = readOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''));
  const keyring = `/usr/share/keyrings/${os.id}-archive-keyring.gpg`;
  if (!(await stat(keyring).catch(() => undefined))) return { why: `${keyring} is missing` };

  const reasons: string[] = [];
  for (const name of need.debian.suites(os.codename, os.id)) {
    for (const mirror of await debianMirrors(apt, os.codename)) {
      const components = os.id === 'debian' ? 'main' : 'main universe';
      const found = await fetchPackages(apt, need, context, { name, mirror, keyring, components });
      if ('tool' in found) return found;
      reasons.push(`${name}: ${found.why}`);
    }
  }
  return { why: reasons.join('; ') || 'apt has no package sources' };
};

async function fetchPackages(program: string, need: ToolNeed, context: FindContext, suite: Suite): Promise<Found> {
  const dir = await makeWorkDir(context);
  try {
    context.log.info(`Fetching ${need.name} from Debian's package archive (${suite.name}) …`);
    const options = await privateAptOptions(dir, suite);
    const apt = (args: string[], cwd?: string) => runApt(program, context, [...options, ...args], cwd);
    const update = await apt(['update', '-q']);
    const packages = need.debian.packages;
    const closure = ['--yes', '--download-only', '--no-install-recommends', '--reinstall'];
    const install = await apt(['install', '-q', ...closure, ...packages]);
    // A newer suite may ask for newer libraries than this machine has, though the program runs without them.
    const download = install && (await apt(['download', '-q', ...packages], join(dir, 'archives')));
    return await unpack(need, context, dir, suite, update ?? download);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function unpack(need: ToolNeed, context: FindContext, dir: string, suite: Suite, why?: string): Promise<Found> {
  const archives = join(dir, 'archives');
  const root = join(dir, 'root');
  // The machine's own C library and its loader belong together: another one beside it would not start.
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !/^libc6[_-]/.test(name));
  if (packages.length === 0) return { why: why ?? 'nothing was downloaded' };
  for (const name of packages) {
    const { code, stderr } = await runCommand('dpkg', ['-x', join(archives, name), root]);
    if (code !== 0) return { why: lastLine(stderr) };
  }
  const path = await findProgram(root, need.commands);
  if (!path) return { why: `${packages.join(', ')} without ${need.name}` };
  const libraries = await libraryFolders(root);
  const libraryPath = libraries.map((folder) => join(root, folder)).join(':');
  const answer = await readToolVersion(need, join(root, path), libraryPath);
  if ('why' in answer) return answer;
  const source = `Debian ${suite.name}`;
  return { tool: await keepInCache(context, need, { dir: root, version: answer.version, path, libraries, source }) };
}

async function findProgram(root: string, commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    for (const folder of ['usr/sbin', 'usr/bin']) {
      const path = join(folder, command);
      if (await stat(join(root, path)).catch(() => undefined)) return path;
    }
  }
  return undefined;
}

/** usr/lib and, beside it, usr/lib/x86_64-linux-gnu or what this machine calls it; the same under lib. */
async function libraryFolders(root: string): Promise<string[]> {
  const folders: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(join(root, parent)).catch(() => undefined);
    if (!names) continue;
    folders.push(...names.filter((name) => name.includes('-linux-gnu')).map((name) => join(parent, name)), parent);
  }
  return folders;
}

/** Options that keep all of apt's state in `dir`, so that it runs as any user and changes nothing on the machine. */
async function privateAptOptions(dir: string, suite: Suite): Promise<string[]> {
  await mkdir(join(dir, 'lists', 'partial'), { recursive: true });
  await mkdir(join(dir, 'archives', 'partial'), { recursive: true });
  const list = join(dir, 'sources.list');
  await writeFile(list, `deb [signed-by=${suite.keyring}] ${suite.mirror} ${suite.name} ${suite.components}\n`);
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferences': '-',
    'Dir::Etc::preferencesparts': '-',
    'Dir::State::Lists': join(dir, 'lists'),
    'Dir::Cache::archives': join(dir, 'archives'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '30',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** Runs apt-get with this machine's own settings and proxies; answers with its complaint, if it has one. */
async function runApt(
  apt: string,
  { env, signal }: FindContext,
  args: string[],
  cwd?: string,
): Promise<string | undefined> {
  const path = `${env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const options = {
    env: { ...env, PATH: path, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: 300_000,
    signal,
  };
  const { code, stderr } = await runCommand(apt, args, cwd ? { ...options, cwd } : options);
  return code === 0 ? undefined : lastLine(stderr) || 'apt-get failed';
}
