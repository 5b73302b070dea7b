import { checkOptions, type OptionNames } from '../define/check-options.js';

/** What `fetch` is here: a URL and a RequestInit in, a Response out. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** Where Jobflow is: `http://127.0.0.1:4000`, with or without `/graphql`. */
  url: string;
  /** An API key, `jfk_…`: what programs use. */
  apiKey?: string;
  /** An access token, or what fetches one: it is asked again when a token has expired. */
  token?: string | (() => string | Promise<string>);
  /** In the place of the global `fetch`. */
  fetch?: Fetch;
  /**
   * The W3C traceparent that calls go under, or what tells it for each call: runs that they enqueue carry it, and their
   * handlers find it as `ctx.traceparent`. One that is not valid is ignored.
   */
  traceparent?: string | (() => string | undefined);
  /** How long one call may take, repetitions included. Default: 60 s. */
  timeoutMs?: number;
  /** How often a call is repeated at most, where that is safe. Default: as often as its time allows. */
  retries?: number;
}

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal;
  /** In the place of the client's. */
  timeoutMs?: number;
  /** In the place of the client's. */
  traceparent?: string;
}

export interface Credentials {
  /** The value of the Authorization header; `anew` after the last one was refused. */
  authorization(anew: boolean): string | Promise<string>;
  /** Whether asking anew may give another one. */
  renewable: boolean;
}

const CLIENT_OPTIONS: OptionNames<ClientOptions> = {
  ...{ url: true, apiKey: true, token: true, fetch: true, traceparent: true, timeoutMs: true, retries: true },
};

/** @throws TypeError for unknown options, and for what could never work */
export function checkClientOptions(options: ClientOptions): string {
  checkOptions('client', options, CLIENT_OPTIONS);
  const { url, apiKey, token, timeoutMs = 1, retries = 0 } = options;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`url must be an http or https URL such as http://127.0.0.1:4000, not ${JSON.stringify(url)}`);
  }
  if ((apiKey === undefined) === (token === undefined)) {
    throw new TypeError('give either apiKey (jfk_…) or token: nothing can be called without one of them');
  }
  if (!(timeoutMs > 0)) throw new TypeError(`timeoutMs must be above 0, not ${timeoutMs}`);
  if (!(retries >= 0)) throw new TypeError(`retries must be 0 or more, not ${retries}`);
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\/graphql$/, '');
  return `${parsed.origin}${path}/graphql`;
}

export function credentialsOf({ apiKey, token }: ClientOptions): Credentials {
  if (typeof token === 'function') {
    let known: string | Promise<string> | undefined;
    return {
      renewable: true,
      async authorization(anew) {
        if (anew || known === undefined) known = token();
        return `Bearer ${await known}`;
      },
    };
  }
  return { renewable: false, authorization: () => `Bearer ${apiKey ?? token}` };
}

/** What could be the header: the gateway judges it, but a line break in it would keep the whole call from being sent. */
export const traceHeader = (given: string | undefined): { traceparent?: string } =>
  given !== undefined && /^[\x21-\x7e]{1,256}$/.test(given) ? { traceparent: given } : {};
