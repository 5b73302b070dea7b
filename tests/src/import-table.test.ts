import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Which of our own packages each folder may import. A folder that is not named here is a mistake. */
const TABLE: Readonly<Record<string, readonly string[] | 'anything'>> = {
  contracts: [],
  'packages/domain': ['contracts'],
  'packages/platform': ['contracts'],
  'packages/read-model': ['contracts'],
  'packages/sdk': ['contracts', 'domain', 'platform'],
  'services/scheduler': ['contracts', 'domain', 'platform', 'read-model'],
  'services/gateway': ['contracts', 'domain', 'platform', 'read-model'],
  'services/notifier': ['contracts', 'domain', 'platform', 'read-model'],
  'services/projector': ['contracts', 'domain', 'platform', 'read-model'],
  'services/executor': ['contracts', 'domain', 'platform', 'sdk'],
  'examples/handlers': ['sdk'],
  'examples/client': ['sdk'],
  'examples/worker': ['sdk'],
  web: [],
  'packages/cli': 'anything',
  tests: 'anything',
  bench: 'anything',
};

/** Packages that every test may use: the runner, and the kit that launches real servers. */
const FOR_TESTS = ['vitest', 'fast-check', '@jobflow/cli'];

/** Where the process is met: by a `main.ts`, and by what is only ever called from one. */
const MEETS_PROCESS = [
  /(^|\/)main\.ts$/,
  /-child\.mts$/, // the main.ts of a process that runs one piece of code
  /^packages\/platform\/src\/service\/run-service\.ts$/,
  /^packages\/platform\/src\/config\/read-config\.ts$/,
  /^packages\/cli\//,
  /^tests\//,
  /^bench\//,
  /^examples\//,
  /^web\/(?!src\/)/,
];

interface SourceFile {
  path: string;
  folder: string;
  isTest: boolean;
  text: string;
  imports: string[];
}

const manifest = (folder: string): { name: string; all: Set<string> } => {
  const file = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const parts = [file.dependencies, file.devDependencies, file.peerDependencies, file.optionalDependencies];
  return { name: file.name, all: new Set(parts.flatMap((part) => Object.keys(part ?? {}))) };
};

const files: SourceFile[] = Object.keys(TABLE).flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.(ts|tsx|mts|js|mjs)$/.test(path) && !path.endsWith('.d.ts'))
    .filter((path) => !/(^|\/)(node_modules|dist|generated|coverage|\.[^/]+)\//.test(path))
    .map((path) => {
      const text = withoutComments(readFileSync(join(root, path), 'utf8'));
      return { path, folder, isTest: /\.test\.tsx?$|\/testing\//.test(path), text, imports: importsOf(text) };
    }),
);

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** What a file imports or re-exports, statically or not. */
function importsOf(text: string): string[] {
  const forms = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
    /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isBuiltin = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(packageOf(specifier));
const isOwn = (specifier: string): boolean => specifier.startsWith('@jobflow/');

/** Every import for which `wrong` gives a reason, as one line each. */
function offences(wrong: (file: SourceFile, specifier: string) => string | undefined): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const reason = wrong(file, specifier);
      return reason === undefined ? [] : [`${file.path} imports ${specifier}: ${reason}`];
    }),
  );
}

test('the table names every package of the workspace', () => {
  const workspaces: string[] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).workspaces;
  const folders = workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(root, dirname(pattern))).map((name) => join(dirname(pattern), name))
      : [pattern],
  );
  expect(folders.sort()).toEqual(Object.keys(TABLE).sort());
  expect(files.length).toBeGreaterThan(50);
});

test('a folder imports only the packages that the table allows it', () => {
  const bad = offences((file, specifier) => {
    const allowed = TABLE[file.folder];
    if (!isOwn(specifier) || allowed === 'anything' || !allowed) return undefined;
    const name = packageOf(specifier);
    if (file.isTest && FOR_TESTS.includes(name)) return undefined;
    if (name === manifest(file.folder).name) return 'a package reaches itself by relative paths';
    return allowed.includes(name.slice('@jobflow/'.length)) ? undefined : `not allowed in ${file.folder}`;
  });
  expect(bad).toEqual([]);
});

test('a package is entered by a door that its package.json names, never by a path into it', () => {
  const folderOf = new Map(Object.keys(TABLE).map((folder) => [manifest(folder).name, folder]));
  const doors = (name: string): string[] => {
    const folder = folderOf.get(name);
    return folder
      ? Object.keys(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).exports ?? {})
      : [];
  };
  const bad = offences((file, specifier) => {
    if (isOwn(specifier)) {
      const name = packageOf(specifier);
      return doors(name).includes(`.${specifier.slice(name.length)}`) ? undefined : `${name} has no such door`;
    }
    if (!specifier.startsWith('.')) return undefined;
    const target = relative(root, resolve(root, dirname(file.path), specifier));
    return target === file.folder || target.startsWith(`${file.folder}/`)
      ? undefined
      : `it lies outside ${file.folder}`;
  });
  expect(bad).toEqual([]);
});

test('contracts stands on zod, and on the compiler of its schemas, alone', () => {
  const bad = offences((file, specifier) => {
    if (file.folder !== 'contracts' || file.isTest || specifier.startsWith('.')) return undefined;
    return /^(zod$|ajv\/)/.test(specifier) ? undefined : 'contracts may import zod and ajv only';
  });
  expect(bad).toEqual([]);
});

test('domain reaches nothing outside: no I/O, no clock, no randomness of its own', () => {
  const pure = ['node:crypto']; // for digests
  const bad = offences((file, specifier) => {
    if (file.folder !== 'packages/domain' || file.isTest || !isBuiltin(specifier)) return undefined;
    return pure.includes(specifier) ? undefined : 'domain may not reach outside';
  });
  const impure =
    /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\b|random(UUID|Bytes|Int)\b|setTimeout\(|fetch\()/;
  for (const { path, folder, isTest, text } of files) {
    if (folder === 'packages/domain' && !isTest && impure.test(text)) bad.push(`${path} has ${impure.exec(text)?.[1]}`);
  }
  expect(bad).toEqual([]);
});

test('a package imports what its own package.json names', () => {
  const shared = manifest('.').all;
  const bad = offences((file, specifier) => {
    const name = packageOf(specifier);
    if (specifier.startsWith('.') || isBuiltin(specifier) || /^(virtual:|\/)/.test(specifier)) return undefined;
    if (manifest(file.folder).all.has(name)) return undefined;
    if (file.isTest && FOR_TESTS.includes(name)) return undefined;
    if (/\.config\.(ts|mts|js)$/.test(file.path) && shared.has(name)) return undefined;
    return `not in ${file.folder}/package.json`;
  });
  expect(bad).toEqual([]);
});

test('only a main.ts reads the environment or installs signal handlers', () => {
  const bad = files
    .filter(({ path, isTest }) => !isTest && !MEETS_PROCESS.some((pattern) => pattern.test(path)))
    .filter(({ text }) =>
      /\bprocess\.(env\b|(on|once|addListener)\(\s*['"](SIG|uncaught|unhandled|exit|beforeExit))/.test(text),
    )
    .map(({ path }) => path);
  expect(bad).toEqual([]);
});
