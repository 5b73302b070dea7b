interface Revised {
  id: string;
  revision: number;
}

/** Puts newer states of known rows in their place; order and membership stay. An older revision is stale and dropped. */
export function applyRuns<T extends Revised>(rows: T[], changes: readonly T[]): void {
  const places = new Map(rows.map((row, place) => [row.id, place]));
  for (const change of changes) {
    const place = places.get(change.id);
    const known = place === undefined ? undefined : rows[place];
    if (!known || known.revision >= change.revision) continue;
    // Written into the row itself, so that its DOM node stays and only what changed is drawn again.
    Object.assign(known, change);
  }
}
