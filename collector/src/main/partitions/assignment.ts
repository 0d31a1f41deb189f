/**
 * Which collector reads which partition: rendezvous hashing (Thaler and Ravishankar 1998) with a bound on the load. Each
 * partition goes to the collector that scores highest for it and has room: an equal share, and one more for some if it does not come out even. Every
 * collector that knows the same others comes to the same answer, and one more or less moves few partitions.
 *
 * `members`: ids of collectors that live. Returns the owner of each partition; nothing when there are no members.
 */
export function assignPartitions(members: readonly string[], partitions: number): ReadonlyMap<number, string> {
  const owners = new Map<number, string>();
  if (members.length === 0) return owners;
  const share = Math.floor(partitions / members.length);
  const room = new Map(
    ranked(members, 'one more').map((member, rank) => [member, share + (rank < partitions % members.length ? 1 : 0)]),
  );
  for (let partition = 0; partition < partitions; partition++) {
    const owner = ranked(members, `partition ${partition}`).find((member) => (room.get(member) ?? 0) > 0);
    // Together they have room for exactly as many as there are.
    if (owner === undefined) continue;
    owners.set(partition, owner);
    room.set(owner, (room.get(owner) ?? 0) - 1);
  }
  return owners;
}

/** Who closes windows and lets things out. */
export function assignLeader(members: readonly string[]): string | undefined {
  return ranked(members, 'leader')[0];
}

function ranked(members: readonly string[], what: string): string[] {
  return members
    .map((member) => ({ member, score: score(`${member} ${what}`) }))
    .sort((a, b) => b.score - a.score || (a.member < b.member ? -1 : 1))
    .map(({ member }) => member);
}

/** FNV-1a (Fowler, Noll, Vo) with the finaliser of MurmurHash3 (Appleby): texts that differ little, score far apart. */
function score(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
