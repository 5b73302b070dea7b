import { WorkerCommand, type WorkerCommandReply, workerCommandSubject } from '@jobflow/contracts';
import type { NatsLink, Stoppable } from '@jobflow/platform';

/** Hears what this worker is told to do, and answers once it was accepted. */
export function listenForCommands(
  link: NatsLink,
  workerId: string,
  obey: (command: WorkerCommand) => WorkerCommandReply,
): Stoppable {
  const subscription = link.nc.subscribe(workerCommandSubject(workerId), {
    callback(error, message) {
      if (error) return;
      const command = WorkerCommand.safeParse(parsed(message));
      const refusal: WorkerCommandReply = { ok: false, reason: 'this worker does not know such a command' };
      message.respond(JSON.stringify(command.success ? obey(command.data) : refusal));
    },
  });
  return {
    async stop() {
      if (!link.nc.isClosed()) subscription.unsubscribe();
    },
  };
}

function parsed(message: { json(): unknown }): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
