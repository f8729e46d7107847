/** Random numbers that are the same for the same words: a script can be made again. */

export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** `count` different items in their own order. */
  sample<T>(list: readonly T[], count: number): T[];
}

export function createRandom(seed: string): Random {
  let state = fnv1a(seed);
  /** Mulberry32: small, fast, good enough for choosing sentences. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    shuffle(list) {
      const left = [...list];
      return list.map(() => left.splice(below(left.length), 1)[0]!);
    },
    pick: (list) => list[below(list.length)]!,
    sample(list, count) {
      const left = list.map((_, i) => i);
      while (left.length > count) left.splice(below(left.length), 1);
      return left.map((i) => list[i]!);
    },
  };
}

/** FNV-1a over UTF-16 code units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
