/** Enqueues so many in lots of so many, two lots under way at a time: every producer works like this. */
export async function inLots(
  count: number,
  lot: number,
  send: (first: number, size: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < count) {
      const first = next;
      next = Math.min(count, first + lot);
      await send(first, next - first);
    }
  };
  await Promise.all([sender(), sender()]);
}
