import { Redactor } from '@jobflow/platform';
import type { WebhookAnswer } from './send-webhook.js';

/** A part of a header this long is a credential by itself: `Bearer <token>`. */
const SHORTEST_PART = 8;

/** What a receiver answered, without the values it was sent in confidence: some answer with what they were sent. */
export function redactAnswer(
  answer: WebhookAnswer,
  { secret, headers }: { secret: string; headers: Record<string, string> },
): WebhookAnswer {
  const redactor = new Redactor();
  redactor.add(secret);
  for (const value of Object.values(headers)) {
    for (const part of [value, ...value.split(' ').filter((word) => word.length >= SHORTEST_PART)]) redactor.add(part);
  }
  const { error, responseHeaders, responseBody } = answer;
  return {
    ...answer,
    ...(error !== undefined && { error: redactor.text(error) }),
    ...(responseHeaders && { responseHeaders: redactor.json(responseHeaders) }),
    // It may have been cut.
    ...(responseBody !== undefined && { responseBody: redactor.cutText(responseBody) }),
  };
}
