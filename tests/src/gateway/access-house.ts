import { type GatewayHouse, type GatewayProcess, openGatewayHouse } from './server-process.js';

export const LOGIN =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken expiresAt user { email role lastLoginAt } } }';
export const ME = '{ me { id kind name email role preferences } }';

export type NewUser = {
  id: string;
  email: string;
  password: string;
  /** Of a session of its own. */
  token: string;
  cookie: string;
};

export interface NewKey {
  secret: string;
  apiKey: { id: string; prefix: string; role: string; jobs: string[] | null };
}

/** Two gateways over one database, and people who use them. */
export class AccessHouse implements AsyncDisposable {
  private people = 0;

  private constructor(
    readonly house: GatewayHouse,
    readonly gateway: GatewayProcess,
    readonly second: GatewayProcess,
    /** The first admin's token. */
    readonly root: string,
  ) {}

  static async open(): Promise<AccessHouse> {
    const house = await openGatewayHouse();
    // Two at once: only one first admin may come of it.
    const [gateway, second] = await Promise.all([house.start(), house.start()]);
    return new AccessHouse(house, gateway, second, (await gateway.signIn()).token);
  }

  async newUser(role: 'ADMIN' | 'USER' | 'VIEWER', password = 'a good password'): Promise<NewUser> {
    const email = `user${++this.people}@example.com`;
    const create =
      'mutation ($e: String!, $p: String!, $r: Role!) { createUser(email: $e, password: $p, role: $r) { id } }';
    const { data, errors } = await this.gateway.ask(create, { e: email, p: password, r: role }, this.root);
    if (!data?.createUser) throw new Error(JSON.stringify(errors));
    return { id: data.createUser.id, email, password, ...(await this.gateway.signIn(email, password)) };
  }

  /** @param args of `createApiKey`, as GraphQL has them */
  async newKey(token: string, args: string): Promise<NewKey> {
    const { data, errors } = await this.gateway.ask(
      `mutation { createApiKey(${args}) { secret apiKey { id prefix role jobs expiresAt } } }`,
      {},
      token,
    );
    if (!data?.createApiKey) throw new Error(JSON.stringify(errors));
    return data.createApiKey;
  }

  refreshWith(cookie: string, at = this.gateway, headers: Record<string, string> = {}) {
    const refresh = 'mutation { refresh { accessToken user { email } } }';
    return at.ask(refresh, {}, undefined, { cookie, ...headers });
  }

  /** Lines of the audit log about this action, newest first. */
  audited(action: string) {
    return this.house.db.query<{ target: string; actor: string }>(
      'select target, actor from gateway.audit where action = $1 order by id desc',
      [action],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.house[Symbol.asyncDispose]();
  }
}
