/** Later than this, a tick was missed; until then it is merely late, and fires whatever the policy says. */
export const MISSED_AFTER_MS = 10_000;
