import type { Bench } from './bench.js';
import { delays } from './benches/delays.js';
import { engine } from './benches/engine.js';
import { enqueue } from './benches/enqueue.js';
import { flows } from './benches/flows.js';
import { latency } from './benches/latency.js';
import { limits } from './benches/limits.js';
import { memory } from './benches/memory.js';
import { peers } from './benches/peers.js';
import { platform } from './benches/platform.js';
import { schedules } from './benches/schedules.js';

/** All there is to measure, by the name it has on the command line. */
export const benches: Readonly<Record<string, Bench>> = {
  platform,
  engine,
  latency,
  memory,
  limits,
  enqueue,
  flows,
  schedules,
  delays,
  peers,
};
