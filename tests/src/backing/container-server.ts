import { once } from 'node:events';
import { createServer } from 'node:net';
import { type GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { until } from '../platform/backed.js';
import type { TestServer } from './start-test-servers.js';

export interface ContainerSpec {
  container: GenericContainer;
  /** Where the server listens inside. */
  port: number;
  urlAt: (address: string) => string;
  /** Rejects while the server does not answer. */
  probe: (url: string) => Promise<void>;
}

const READY_MS = 60_000;
const STOP_SECONDS = 10;

type Docker = Awaited<ReturnType<typeof getContainerRuntimeClient>>;

/** A server in a container, on one port of this machine for as long as it lives. */
export class ContainerServer implements TestServer {
  #ready: Promise<void> = Promise.resolve();

  private constructor(
    readonly url: string,
    private readonly spec: ContainerSpec,
    private readonly started: StartedTestContainer,
    private readonly docker: Docker,
  ) {}

  static async launch(spec: ContainerSpec): Promise<ContainerServer> {
    // Chosen here, not by Docker, which would choose another one at every start.
    const host = await freePort();
    const started = await spec.container.withExposedPorts({ container: spec.port, host }).start();
    const url = spec.urlAt(`${started.getHost()}:${host}`);
    const server = new ContainerServer(url, spec, started, await getContainerRuntimeClient());
    try {
      await server.#answers();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  whenReady(): Promise<void> {
    return this.#ready;
  }

  async kill9(): Promise<void> {
    await this.#container.kill({ signal: 'SIGKILL' });
    await this.#container.wait({ condition: 'not-running' });
    this.#startAgain();
  }

  async stop(): Promise<void> {
    await this.#ready;
    await this.#container.stop({ t: STOP_SECONDS });
  }

  async start(): Promise<void> {
    this.#startAgain();
    await this.#ready;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** With everything that is in it. */
  async remove(): Promise<void> {
    await this.#ready.catch(() => undefined);
    await this.started.stop({ remove: true, removeVolumes: true });
  }

  get #container() {
    return this.docker.container.getById(this.started.getId());
  }

  #startAgain(): void {
    this.#ready = this.#container.start().then(() => this.#answers());
    this.#ready.catch(() => undefined); // whoever waits hears of it
  }

  #answers(): Promise<void> {
    const answers = () =>
      this.spec.probe(this.url).then(
        () => true,
        () => false,
      );
    return until(answers, `${new URL(this.url).host} answers`, READY_MS);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
