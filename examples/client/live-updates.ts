/* Follows a run live: its states, its progress and its log, also across lost connections. */
import { connect } from './connect.ts';

const client = connect();
const run = await client.enqueue('email.send', { to: 'grace@example.com' });

async function printLog(): Promise<void> {
  for await (const { lines } of client.runLogs(run.id)) {
    for (const line of lines) console.log(`log: ${line.message}`);
  }
}

async function printStates(): Promise<void> {
  for await (const { runs } of client.runUpdates({ ids: [run.id] }, { after: run.position })) {
    for (const { status, progress } of runs) {
      console.log(`state: ${status}${progress === null ? '' : ` ${progress} %`}`);
      if (status === 'SUCCEEDED' || status === 'FAILED') return;
    }
  }
}

await Promise.all([printLog(), printStates()]);
client.close();
