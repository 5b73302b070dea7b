import { errorCodes } from '../errors/api-error.js';
import { type Html, html } from './html.js';

/** What is common to all of the API, in the words of a newcomer's first questions. */
export const introduction = (version: string): Html => html`
<section>
<h1>Jobflow API</h1>
<p>Version ${version}. One endpoint, <code>POST /graphql</code>, takes JSON; names are only ever added, never changed.
The HTTP side is also described for tools: <a href="/openapi.json">openapi.json</a>.</p>
<h2 id="start">Start</h2>
<p>Make an API key with <a href="#Mutation.createApiKey">createApiKey</a> and send it as <code>Authorization: Bearer jfk_…</code>.
People sign in with <a href="#Mutation.login">login</a>, whose access tokens last 15 minutes.</p>
<pre><code>curl http://127.0.0.1:4000/graphql \\
  -H 'authorization: Bearer jfk_…' -H 'content-type: application/json' \\
  -d '{"query": "mutation ($input: EnqueueInput!) { enqueue(input: $input) { run { id status } } }",
       "variables": {"input": {"job": "noop", "idempotencyKey": "order-42"}}}'</code></pre>
<p>From TypeScript, <code>createClient</code> of <code>@jobflow/sdk/client</code> does what follows by itself.</p>
<h2 id="positions">Positions</h2>
<p>Every mutation answers with <code>extensions.position</code>, also as the header <code>x-jobflow-position</code>. Send it
back as that header to read what you wrote. Positions are opaque.</p>
<h2 id="lists">Lists</h2>
<p>Lists are Relay connections, forward only, of 1 to 200 items a page. In an update a missing field stays, and null goes
back to the default. Times are ISO 8601 UTC, durations milliseconds.</p>
<h2 id="live">Live</h2>
<p>Subscriptions come over a WebSocket at <code>/graphql</code> (graphql-transport-ws, with
<code>connectionParams.authorization</code>), or over <code>POST /graphql</code> with
<code>Accept: text/event-stream</code> (graphql-sse, distinct connections). The newest state wins; at most 20 frames a second.</p>
<h2 id="errors">Errors</h2>
<p>Errors carry <code>extensions.code</code>, <code>correlationId</code> and <code>retryable</code>; BAD_USER_INPUT also
<code>fields</code>, what is wrong by path; RATE_LIMITED <code>retryAfterMs</code>; CONFLICT what it met. After UNAVAILABLE the
outcome may be unknown: repeat with the same idempotency key.</p>
<p class="values">${errorCodes.map((code) => html`<code>${code}</code> `)}</p>
</section>`;
