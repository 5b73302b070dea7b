import { errorCodes } from '../errors/api-error.js';

const json = (schema: object) => ({ 'application/json': { schema } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const header = (description: string, schema: object = { type: 'string' }) => ({ description, schema });

const answers = (status: string, description: string) => ({
  [status]: { description, content: json(ref('GraphqlAnswer')) },
});
const probe = (summary: string, schema: object, more: object = {}) => ({
  get: {
    summary,
    tags: ['Probes'],
    security: [],
    responses: { '200': { description: 'As it should be', content: json(schema) }, ...more },
  },
});
const page = (summary: string, type: string) => ({
  get: {
    summary,
    tags: ['Documents'],
    security: [],
    responses: { '200': { description: summary, content: { [type]: { schema: { type: 'string' } } } } },
  },
});

/** The HTTP endpoints as OpenAPI 3.1; what can be said through /graphql is in /docs. @param url where clients reach it */
export const openApiDocument = ({ version, url }: { version: string; url: string }): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Jobflow',
    version,
    description: 'A GraphQL API over HTTP. Its operations, inputs and types are described at /docs.',
  },
  servers: [{ url }],
  security: [{ bearer: [] }],
  tags: [{ name: 'API' }, { name: 'Probes' }, { name: 'Documents' }],
  paths: {
    '/graphql': { post: graphql },
    '/healthz': probe('Whether the gateway lives', ref('Alive')),
    '/readyz': probe('Whether the gateway can work', ref('Ready'), {
      '503': { description: 'It cannot, and why', content: json(ref('Ready')) },
    }),
    '/metrics': page('Figures in the format of Prometheus', 'text/plain'),
    '/openapi.json': page('This document', 'application/json'),
    '/docs': page('The reference of the GraphQL API', 'text/html'),
  },
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description:
          'An API key (jfk_…, from the mutation createApiKey) or an access token (from login, good for 15 minutes).',
      },
    },
    schemas,
  },
});

const graphql = {
  summary: 'One GraphQL operation',
  description:
    'Queries and mutations are answered as JSON. A subscription is asked for with Accept: text/event-stream and answered as graphql-sse in distinct connections mode: events "next" and "complete". The same path takes WebSockets (graphql-transport-ws).',
  tags: ['API'],
  security: [{ bearer: [] }, {}],
  parameters: [
    parameter('x-jobflow-position', 'A position that an earlier answer carried: this one is read at or after it.'),
    parameter('idempotency-key', 'For enqueue: the same key and fields give the same run.'),
    parameter(
      'traceparent',
      'W3C Trace Context: the runs that this request makes carry it on; ignored if it is not valid.',
    ),
    parameter('x-correlation-id', 'Names the request in logs and errors; made up if it is left out.'),
  ],
  requestBody: { required: true, content: json(ref('GraphqlRequest')) },
  responses: {
    '200': {
      description: 'The answer. It may hold errors: look at them first.',
      headers: {
        'x-correlation-id': header('Quote it when you report something.'),
        'x-jobflow-position': header('Of a mutation: what it wrote is at or before this position.'),
      },
      content: {
        ...json(ref('GraphqlAnswer')),
        'text/event-stream': { schema: { type: 'string', description: 'event: next, data: a GraphqlAnswer' } },
      },
    },
    ...answers(
      '400',
      'The request or its input is wrong: BAD_USER_INPUT, BAD_REQUEST, GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED',
    ),
    ...answers('405', 'Not a POST'),
    ...answers('413', 'The body is larger than 8 MiB: PAYLOAD_TOO_LARGE'),
    ...answers('415', 'Not application/json'),
    '429': {
      description: 'Too many requests: RATE_LIMITED',
      headers: { 'retry-after': header('Seconds to wait', { type: 'integer' }) },
      content: json(ref('GraphqlAnswer')),
    },
  },
};

function parameter(name: string, description: string): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

const schemas = {
  GraphqlRequest: {
    type: 'object',
    required: ['query'],
    properties: {
      query: { type: 'string', examples: ['{ system { name version } }'] },
      operationName: { type: ['string', 'null'] },
      variables: { type: ['object', 'null'] },
      extensions: { type: ['object', 'null'] },
    },
  },
  GraphqlAnswer: {
    type: 'object',
    properties: {
      data: { type: ['object', 'null'] },
      errors: { type: 'array', items: ref('GraphqlError') },
      extensions: { type: 'object', properties: { position: { type: 'string' } } },
    },
  },
  GraphqlError: {
    type: 'object',
    required: ['message', 'extensions'],
    properties: {
      message: { type: 'string' },
      path: { type: 'array', items: { type: ['string', 'integer'] } },
      extensions: {
        type: 'object',
        required: ['code', 'correlationId', 'retryable'],
        properties: {
          code: { type: 'string', enum: [...errorCodes] },
          correlationId: { type: 'string' },
          retryable: { type: 'boolean', description: 'The very same request may succeed later.' },
          fields: { type: 'object', additionalProperties: { type: 'string' }, description: 'What is wrong, by path' },
          retryAfterMs: { type: 'integer' },
          lagMs: { type: 'integer' },
          currentRevision: { type: 'integer' },
          currentStatus: { type: 'string' },
          currentCount: { type: 'integer' },
        },
      },
    },
  },
  Alive: { type: 'object', properties: { status: { const: 'ok' }, service: { type: 'string' } } },
  Ready: {
    type: 'object',
    required: ['ready'],
    properties: { ready: { type: 'boolean' }, service: { type: 'string' }, checks: {} },
  },
};
