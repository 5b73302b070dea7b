/** A client of the GraphQL gateway. */
import { answerCalls } from '../program/answer-calls.js';
import { inLots } from '../program/in-lots.js';
import { machineMicros } from '../program/machine-clock.js';
import { type OpenLoop, openLoop } from '../program/open-loop.js';
import { closedLoop } from './http-connection.js';

export interface GatewayClientConfig {
  url: string;
  email: string;
  password: string;
}

export interface ClosedLoop {
  query: string;
  variables?: object;
  connections: number;
  seconds: number;
}

const LOT = 1_000;
const LOGIN =
  'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
const ENQUEUE_MANY = 'mutation ($inputs: [EnqueueInput!]!) { enqueueMany(inputs: $inputs) { position } }';
const ENQUEUE = 'mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id } } }';

answerCalls(async ({ url, email, password }: GatewayClientConfig) => {
  let token = '';
  const ask = async <T>(query: string, variables: object): Promise<T> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { data: T; errors?: { message: string }[] };
    if (answer.errors) throw new Error(answer.errors.map((error) => error.message).join('; '));
    return answer.data;
  };
  return {
    /** Access tokens last minutes: once before each round. */
    async signIn() {
      const { login } = await ask<{ login: { accessToken: string } }>(LOGIN, { email, password });
      token = login.accessToken;
    },
    produce: ({ job, count }: { job: string; count: number }) =>
      inLots(count, LOT, (first, size) =>
        ask(ENQUEUE_MANY, { inputs: Array.from({ length: size }, (_, n) => ({ job, input: { n: first + n } })) }),
      ),
    steadily: (load: OpenLoop) =>
      openLoop(load, () => ask(ENQUEUE, { input: { job: 'stamped', input: { at: machineMicros() } } })),
    /** Answers per second. */
    closedLoop: ({ query, variables = {}, ...load }: ClosedLoop) =>
      closedLoop({ url: `${url}/graphql`, token, body: JSON.stringify({ query, variables }), ...load }),
  };
});
