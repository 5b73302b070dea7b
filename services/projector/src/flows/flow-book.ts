import type { FlowState } from '@jobflow/domain';

/** Nodes of all flows that are remembered between batches: some 30 MB. A batch itself may need more. */
const MOST_NODES = 100_000;

/** The flows the fold knows, those used last; every other is read from Postgres when an event concerns it. */
export class FlowBook {
  readonly #flows = new Map<string, FlowState>();
  #nodes = 0;

  constructor(private readonly mostNodes = MOST_NODES) {}

  get(id: string): FlowState | undefined {
    return this.#flows.get(id);
  }

  set(flow: FlowState): void {
    this.#forget(flow.id);
    this.#flows.set(flow.id, flow);
    this.#nodes += flow.graph.nodes.length;
  }

  /** Forgets those used longest ago. Only between batches: what a batch needs must stay until it is folded. */
  trim(): void {
    for (const id of this.#flows.keys()) {
      if (this.#nodes <= this.mostNodes) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    const known = this.#flows.get(id);
    if (!known) return;
    this.#flows.delete(id);
    this.#nodes -= known.graph.nodes.length;
  }
}
