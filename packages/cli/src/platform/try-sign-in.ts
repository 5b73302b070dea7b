import { askHttp } from './ask-http.js';

const LOGIN =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';

/**
 * Whether these credentials sign in, asked of the gateway itself; the session is closed again. 'unknown' if it could
 * not be found out.
 */
export async function trySignIn(
  gateway: { host: string; port: number },
  email: string,
  password: string,
): Promise<'yes' | 'no' | 'unknown'> {
  const ask = async (query: string, variables: object, headers: Record<string, string>): Promise<GraphqlAnswer> => {
    const answer = await askHttp({
      ...gateway,
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
      timeoutMs: 10_000,
    });
    return { ...(JSON.parse(answer.body) as GraphqlAnswer), cookie: cookieOf(answer.headers['set-cookie']) };
  };
  try {
    const { data, errors, cookie } = await ask(LOGIN, { email, password }, {});
    const token = data?.login?.accessToken;
    if (!token) return errors?.[0]?.extensions?.code === 'UNAUTHENTICATED' ? 'no' : 'unknown';
    await ask('mutation { logout }', {}, { authorization: `Bearer ${token}`, ...(cookie && { cookie }) });
    return 'yes';
  } catch {
    return 'unknown';
  }
}

interface GraphqlAnswer {
  data?: { login?: { accessToken: string } | null } | null;
  errors?: { extensions?: { code?: string } }[];
  cookie?: string | undefined;
}

const cookieOf = (header: string | string[] | undefined): string | undefined =>
  [header ?? []]
    .flat()
    .map((cookie) => cookie.split(';')[0])
    .join('; ') || undefined;
