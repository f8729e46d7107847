/** Keeps what handlers need of the machine (`resources` of a node type) within what it has; resources.py is its twin. */
import type { NodeTypes } from "../graphs/node-types.ts";

const CPU = "cpu";
const KINDS = [CPU, "gpu", "vram_gb"] as const;

export type Amounts = Readonly<Record<(typeof KINDS)[number], number>>;

/** Gives in order of arrival; nobody waits behind one that waits for something else. */
export interface Resources {
  readonly totals: Amounts;
  /** Why this machine can never do work of a type. Fewer CPUs only make it slower. */
  whyNever(type: string): string | undefined;
  /** Waits until it is free; answers how to give it back, or null where the signal was aborted before. */
  held(type: string, stopped: AbortSignal): Promise<(() => void) | null>;
}

interface Holding {
  amounts: readonly (readonly [kind: keyof Amounts, amount: number])[];
  grant(): void;
}

export function createResources(totals: Amounts, nodeTypes: Pick<NodeTypes, "get">): Resources {
  const free: Record<keyof Amounts, number> = { ...totals };
  const waiting: Holding[] = [];
  const needsOf = (type: string): Partial<Amounts> => nodeTypes.get(type)?.resources ?? {};

  const grant = (): void => {
    const claimed = new Set<string>();
    for (const holding of [...waiting]) {
      const isFree = holding.amounts.every(([kind, amount]) => free[kind] >= amount && !claimed.has(kind));
      if (!isFree) {
        for (const [kind] of holding.amounts) claimed.add(kind);
        continue;
      }
      for (const [kind, amount] of holding.amounts) free[kind] -= amount;
      waiting.splice(waiting.indexOf(holding), 1);
      holding.grant();
    }
  };
  const release = (amounts: Holding["amounts"]): void => {
    for (const [kind, amount] of amounts) free[kind] += amount;
    grant();
  };

  return {
    totals,
    whyNever(type) {
      const needs = needsOf(type);
      const lacks = KINDS.filter((kind) => kind !== CPU && (needs[kind] ?? 0) > totals[kind]).map(
        (kind) => `${needs[kind]} ${kind}, and this machine has ${totals[kind]}`,
      );
      return lacks.length > 0 ? `${type} needs ${lacks.join(" and ")}` : undefined;
    },
    held(type, stopped) {
      const needs = needsOf(type);
      const amounts = KINDS.map((kind) => [kind, Math.min(needs[kind] ?? 0, totals[kind])] as const).filter(
        ([, amount]) => amount > 0,
      );
      return new Promise((resolve) => {
        if (stopped.aborted) return resolve(null);
        const leave = (): void => {
          waiting.splice(waiting.indexOf(holding), 1);
          grant();
          resolve(null);
        };
        const holding: Holding = {
          amounts,
          grant() {
            stopped.removeEventListener("abort", leave);
            resolve(() => release(amounts));
          },
        };
        stopped.addEventListener("abort", leave, { once: true });
        waiting.push(holding);
        grant();
      });
    },
  };
}
