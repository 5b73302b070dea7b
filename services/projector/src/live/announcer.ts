import { type CheckpointMoved, live, type Position } from '@jobflow/contracts';
import type { NatsLink, Service } from '@jobflow/platform';

export interface Announcer extends Service {
  moved(part: Partial<Position>): void;
  logged(runIds: string[]): void;
  delivered(): void;
}

/** Frames are gathered this long: at most 50 a second, whatever the load. */
const GATHER_MS = 20;
const HEARTBEAT_MS = 1_000;
const NAMED_RUNS = 200;

/** Tells gateways which checkpoint moved from where to where; every second even if none did. */
export function createAnnouncer({ nc }: Pick<NatsLink, 'nc'>, start: Position): Announcer {
  let told = start;
  let now = start;
  let logs = new Set<string>();
  let logsMany = false;
  let deliveries = false;
  let soon: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  function tell(): void {
    clearTimeout(soon);
    soon = undefined;
    if (nc.isClosed()) return;
    const message: CheckpointMoved = {
      prev: told,
      cur: now,
      ...(logs.size > 0 && { logs: [...logs] }),
      ...(logsMany && { logsMany }),
      ...(deliveries && { deliveries }),
    };
    told = now;
    logs = new Set();
    logsMany = false;
    deliveries = false;
    nc.publish(live.checkpoint, JSON.stringify(message));
  }
  const gather = () => {
    soon ??= setTimeout(tell, GATHER_MS);
  };
  return {
    async start() {
      heartbeat ??= setInterval(tell, HEARTBEAT_MS);
    },
    async stop() {
      clearInterval(heartbeat);
      if (soon) tell();
    },
    moved(part) {
      now = { ...now, ...part };
      gather();
    },
    logged(runIds) {
      for (const id of runIds) {
        if (logs.size < NAMED_RUNS) logs.add(id);
        else logsMany = true;
      }
      gather();
    },
    delivered() {
      deliveries = true;
      gather();
    },
  };
}
