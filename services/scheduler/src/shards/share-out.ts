import { fnv1a } from '@jobflow/contracts';

/**
 * Who is to hold which shard: the same answer for everyone who knows the same members, every member with its fair
 * share (rounded down or up), and little that moves when a member comes or goes (rendezvous hashing with a bound).
 */
export function shareOut(members: readonly number[], shards: number): number[] {
  if (members.length === 0) return [];
  const count = new Map(members.map((member) => [member, 0]));
  const least = Math.floor(shards / count.size);
  /** How many members may hold one more than that. */
  let fuller = shards % count.size;
  const holders: number[] = [];
  for (let shard = 0; shard < shards; shard++) {
    const preferred = [...count.keys()].sort((a, b) => weight(b, shard) - weight(a, shard) || a - b);
    const most = fuller > 0 ? least + 1 : least;
    const holder = preferred.find((member) => (count.get(member) ?? 0) < most) as number;
    const held = count.get(holder) ?? 0;
    if (held === least) fuller--;
    count.set(holder, held + 1);
    holders.push(holder);
  }
  return holders;
}

const weight = (member: number, shard: number): number => fnv1a(`${member}/${shard}`);
