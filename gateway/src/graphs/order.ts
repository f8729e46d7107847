/** The one topological order of graphs, models and tasks. */

/**
 * Each after all that it waits for; those that are free at the same time stay in the order in which they came.
 * @returns what could be placed, and the rest: on a cycle, behind one, or waiting for what is not there
 */
export function inOrder<T>(
  items: Iterable<T>,
  idOf: (item: T) => string,
  sourcesOf: (item: T) => Iterable<string>,
): { order: T[]; rest: T[] } {
  const order: T[] = [];
  const placed = new Set<string>();
  let rest = [...items];
  for (;;) {
    const isFree = (item: T): boolean => [...sourcesOf(item)].every((id) => placed.has(id));
    const free = rest.filter(isFree);
    if (free.length === 0) return { order, rest };
    rest = rest.filter((item) => !free.includes(item));
    for (const item of free) placed.add(idOf(item));
    order.push(...free);
  }
}
