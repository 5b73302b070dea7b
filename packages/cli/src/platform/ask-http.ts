import { request } from 'node:http';

export interface HttpAnswer {
  status: number;
  body: string;
  headers: NodeJS.Dict<string | string[]>;
}

export interface HttpQuestion {
  host: string;
  port: number;
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
}

const MAX_BODY = 1024 * 1024;

/** One small HTTP request on a connection of its own. Loads node:http, so not for what is asked at every start. */
export function askHttp(question: HttpQuestion): Promise<HttpAnswer> {
  const { body, timeoutMs = 2_000, ...options } = question;
  return new Promise((resolve, reject) => {
    const asking = request({ ...options, agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BODY) response.destroy(new Error('answer too long'));
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    asking.once('error', reject);
    asking.end(body);
  });
}
