import { join } from 'node:path';
import { freePort, tryPort } from '../process/free-port.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

/** The ports that one data directory's servers use: the same at every start, as long as nobody else took them. */
export class PortBook {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly ports: Record<string, number>,
  ) {}

  static async open(dir: string): Promise<PortBook> {
    const path = join(dir, 'ports.json');
    return new PortBook(path, (await readJsonFile<Record<string, number>>(path)) ?? {});
  }

  /** The port of a server, one after the other: two that ask at once get different ones. */
  take(name: string): Promise<number> {
    const port = this.#last.then(() => this.#takeNow(name));
    this.#last = port.catch(() => {});
    return port;
  }

  async #takeNow(name: string): Promise<number> {
    const known = this.ports[name];
    if (known !== undefined && 'port' in (await tryPort(known))) return known;
    const port = await freePort(new Set(Object.values(this.ports)));
    this.ports[name] = port;
    await writeJsonFile(this.path, this.ports);
    return port;
  }
}
