/**
 * What a graph with races, lists and loops means, read a second time, by what a run has recorded of its races: in which
 * order nodes succeeded, and who was called back. It knows neither time nor planes nor tasks nor expansion, and shares
 * nothing with the engine.
 */
import type { GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { deedsOf, OUTPUTS, type Case } from "./graphs.ts";
import { lastAttempt, valueOf, type NodeFate } from "./reading.ts";

export interface Recorded {
  /** Instances in the order in which they succeeded. */
  order: readonly string[];
  /** Instances that were called back, and what came of them: nothing, or, if nobody had, the best that could. */
  dropped: ReadonlySet<string>;
  wouldBe: "nothing" | "the best";
}

export interface RacedReading {
  fates: Record<string, NodeFate | { status: "canceled"; made: readonly string[] }>;
  fatal: string[];
  output: Record<string, unknown> | null;
}

const REFERENCE = /^\$(\w+)\.(\w+)(\?)?$/;
type Form = { $any?: string[]; $first?: string[] };

class Reader {
  readonly fates: RacedReading["fates"] = {};
  readonly fatal: string[] = [];
  readonly #case: Case;
  readonly #recorded: Recorded;
  readonly #nodes: Map<string, GraphNode>;
  /** How many iterations there are, once the loop has ended, and whether it gives anything. */
  #loop: { count: number; gives: boolean } = { count: 0, gives: false };

  constructor(given: Case, recorded: Recorded) {
    this.#case = given;
    this.#recorded = recorded;
    this.#nodes = new Map(given.graph.nodes.map((node) => [node.id, node]));
  }

  get #items(): unknown[] {
    return this.#case.input!.list as unknown[];
  }

  #members(group: string): GraphNode[] {
    return [...this.#nodes.values()].filter((node) => node.group === group);
  }

  /** Everybody who names the node as an alternative, by the group in which they stand. */
  #followers(id: string): (string | undefined)[] {
    const names = (value: unknown): boolean =>
      typeof value === "object" && JSON.stringify(value).includes(`"$${id}.`);
    const { nodes, output, groups } = this.#case.graph;
    const init = groups?.l?.repeat?.carry?.c?.init;
    return [
      ...nodes.flatMap((node) => (Object.values(node.inputs!).some(names) ? [node.group] : [])),
      ...[...Object.values(output), init].filter(names).map(() => undefined),
    ];
  }

  #isFollowedInside(id: string): boolean {
    const { group } = this.#nodes.get(id)!;
    return group !== undefined && this.#followers(id).includes(group);
  }

  #isFollowed(id: string): boolean {
    const { group } = this.#nodes.get(id)!;
    if (group === "g" && this.#case.graph.groups!.g!.on_failure === "skip") return true;
    return this.#followers(id).length > 0 || (group === "l" && this.#isLoopFollowed());
  }

  /** From outside, who follows a member follows the whole. */
  #isLoopFollowed(): boolean {
    return this.#members("l").some(({ id }) => this.#followers(id).some((group) => group !== "l"));
  }

  /** The member and those of its group before it whose failures nobody inside follows. */
  #causes(id: string, found = new Set<string>()): string[] {
    found.add(id);
    for (const [, source] of JSON.stringify(this.#nodes.get(id)!.inputs).matchAll(/"\$(\w+)\.\w+\??"/g)) {
      const isMember = this.#nodes.get(source!)?.group === this.#nodes.get(id)!.group;
      if (isMember && !found.has(source!)) this.#causes(source!, found);
    }
    return [...found].filter((name) => !this.#isFollowedInside(name));
  }

  #made(id: string, output: string): string | undefined {
    return this.fates[id]!.made.includes(output) ? valueOf(id, output) : undefined;
  }

  #list(id: string, output: string): unknown {
    const indices = this.#items.map((_, i) => i);
    const skips = this.#case.graph.groups!.g!.on_failure === "skip";
    const hasFailed = (cause: string): boolean =>
      indices.some((i) => this.fates[`${cause}.${i}`]!.status === "failed");
    if (!skips && this.#causes(id).some(hasFailed)) return undefined;
    return indices.flatMap((i) => this.#made(`${id}.${i}`, output) ?? []);
  }

  /** The instance that is meant; undefined for a list. */
  #instance(id: string, group: string | undefined, index: number): string | undefined {
    const { group: own } = this.#nodes.get(id)!;
    if (own === undefined) return id;
    if (own === group) return `${id}.${index}`;
    return own === "l" ? `${id}.${this.#loop.count - 1}` : undefined;
  }

  #carried(index: number): unknown {
    const { init, next } = this.#case.graph.groups!.l!.repeat!.carry!.c!;
    if (index === 0) return this.value(init, undefined, 0);
    return this.value(next, "l", index - 1);
  }

  value(given: unknown, group: string | undefined, index: number): unknown {
    if (typeof given === "object") {
      const { $any, $first } = given as Form;
      return $any ? this.#any($any, group, index) : this.#first($first!, group, index);
    }
    const reference = REFERENCE.exec(given as string);
    if (!reference) return given;
    const [, source, output] = reference as unknown as [string, string, string];
    if (source === "g") return this.#items[index];
    if (source === "l") return this.#carried(index);
    const instance = this.#instance(source, group, index);
    if (instance === undefined) return this.#list(source, output);
    if (this.#nodes.get(source)!.group === "l" && group !== "l" && !this.#loop.gives) return undefined;
    return this.#made(instance, output);
  }

  #any(parts: string[], group: string | undefined, index: number): unknown {
    return parts.map((part) => this.value(part, group, index)).find((value) => value !== undefined);
  }

  #first(parts: string[], group: string | undefined, index: number): unknown {
    const racers = parts.flatMap((part) => {
      const source = REFERENCE.exec(part)?.[1];
      const value = source && this.value(part, group, index);
      if (!value) return [];
      const place = this.#recorded.order.indexOf(this.#instance(source, group, index)!);
      return [{ value, place: place < 0 ? Number.POSITIVE_INFINITY : place }];
    });
    return racers.sort((a, b) => a.place - b.place)[0]?.value ?? parts.find((part) => !REFERENCE.test(part));
  }

  read(node: GraphNode, index: number | undefined): void {
    const id = index === undefined ? node.id : `${node.id}.${index}`;
    if (this.#recorded.dropped.has(id)) {
      const made = this.#recorded.wouldBe === "nothing" ? [] : OUTPUTS;
      this.fates[id] = { status: "canceled", made };
      return;
    }
    const inputs: Record<string, unknown> = {};
    for (const [name, given] of Object.entries(node.inputs!)) {
      const value = this.value(given, node.group, index ?? 0);
      if (value !== undefined) inputs[name] = value;
      else if (typeof given !== "string" || !given.endsWith("?")) {
        this.fates[id] = { status: "skipped", attempts: 0, inputs: {}, made: [] };
        return;
      }
    }
    this.fates[id] = { inputs, ...lastAttempt(deedsOf(this.#case.deeds, id), 3) };
    if (this.fates[id].status === "failed" && !this.#isFollowed(node.id)) this.fatal.push(id);
  }

  #holds({ any, ge, has }: Predicate, index: number): boolean {
    if (any) return any.some((part) => this.#holds(part, index));
    if (has !== undefined) return this.value(has, "l", index) !== undefined;
    return index >= (ge as [string, number])[1];
  }

  readLoop(): void {
    const { max, until, else: last } = this.#case.graph.groups!.l!.repeat!;
    const culprits = this.#members("l").filter(({ id }) => !this.#isFollowedInside(id));
    for (let index = 0; ; index += 1) {
      for (const node of this.#members("l")) this.read(node, index);
      const hasFailed = culprits.some(({ id }) => this.fates[`${id}.${index}`]!.status === "failed");
      const isMet = !hasFailed && this.#holds(until, index);
      if (!hasFailed && !isMet && index + 1 < max) continue;
      this.#loop = { count: index + 1, gives: hasFailed || isMet || last === "last" };
      if (!this.#loop.gives && !this.#isLoopFollowed()) this.fatal.push("l");
      return;
    }
  }

  /** Nodes that wait for the loop come after it, and it after all others. */
  readAll(): void {
    const behind = new Set<string>();
    for (const { id, group, inputs } of this.#nodes.values()) {
      const sources = [...JSON.stringify(inputs).matchAll(/"\$(\w+)\./g)].map(([, source]) => source!);
      const waits = sources.some((name) => behind.has(name) || this.#nodes.get(name)?.group === "l");
      if (group !== "l" && waits) behind.add(id);
    }
    // One of a list that waits lets nobody of the list be read before it.
    const readSome = (which: (id: string) => boolean): void => {
      for (const node of this.#nodes.values()) {
        if (node.group === "l" || !which(node.id)) continue;
        if (node.group === "g") this.#items.forEach((_, index) => this.read(node, index));
        else this.read(node, undefined);
      }
    };
    readSome((id) => !behind.has(id));
    if (this.#case.graph.groups?.l) this.readLoop();
    readSome((id) => behind.has(id));
  }
}

export function readRaced(given: Case, recorded: Recorded): RacedReading {
  const reader = new Reader(given, recorded);
  reader.readAll();
  const last = given.graph.output.last as unknown;
  const value = reader.value(last, undefined, 0);
  const isOptional = typeof last === "string" && last.endsWith("?");
  const output = value === undefined ? (isOptional ? {} : null) : { last: value };
  return { fates: reader.fates, fatal: reader.fatal, output };
}
