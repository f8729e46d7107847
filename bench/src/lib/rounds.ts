/** Interleaved rounds: every contestant once per round, in an order that turns. */

/** Calls `measure` for each of `contestants` in each round; answers the values per contestant, round by round. */
export async function inRounds<C extends { readonly name: string }, V>(
  contestants: readonly C[],
  rounds: number,
  measure: (contestant: C, round: number) => Promise<V>,
): Promise<Map<string, V[]>> {
  const values = new Map(contestants.map(({ name }) => [name, [] as V[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < contestants.length; i += 1) {
      const contestant = contestants[(i + round) % contestants.length] as C;
      values.get(contestant.name)?.push(await measure(contestant, round));
    }
    process.stdout.write(`\rround ${round + 1} of ${rounds}`);
  }
  process.stdout.write("\n");
  return values;
}

/** The values of a contestant that took part. */
export function valuesOf<V>(values: ReadonlyMap<string, V[]>, name: string): V[] {
  const found = values.get(name);
  if (found === undefined) throw new Error(`${name} did not take part`);
  return found;
}
