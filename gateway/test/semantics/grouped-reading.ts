/**
 * What a graph with groups means, read a second time: one pass over its nodes and their indices, which knows neither
 * time nor planes nor tasks nor expansion. It shares nothing with the engine.
 */
import type { GraphEdge, GraphNode, Predicate } from "@myspinbot/contracts/types.ts";
import { deedsOf, type Case } from "./graphs.ts";
import { lastAttempt, valueOf, type NodeFate, type Reading } from "./reading.ts";

const REFERENCE = /^\$(\w+)\.(\w+)(\?)?$/;

class Reader {
  readonly fates: Record<string, NodeFate> = {};
  readonly #case: Case;
  readonly #nodes: Map<string, GraphNode>;
  readonly #edges: GraphEdge[];
  readonly #items: unknown[];
  readonly #skips: boolean;

  constructor(given: Case) {
    this.#case = given;
    this.#nodes = new Map(given.graph.nodes.map((node) => [node.id, node]));
    this.#edges = given.graph.edges ?? [];
    this.#items = given.input!.list as unknown[];
    this.#skips = given.graph.groups?.g?.on_failure === "skip";
  }

  instances(id: string): string[] {
    if (this.#nodes.get(id)!.group !== "g") return [id];
    return this.#items.map((_, index) => `${id}.${index}`);
  }

  members(group: string): string[] {
    return [...this.#nodes.values()].filter((node) => node.group === group).map(({ id }) => id);
  }

  #failed(id: string): boolean {
    return this.instances(id).some((each) => this.fates[each]!.status === "failed");
  }

  /** Names of the alternatives of a node's inputs. */
  #alternatives(node: GraphNode): string[] {
    return Object.values(node.inputs ?? {}).flatMap((value) =>
      typeof value === "object"
        ? (value as { $any: string[] }).$any.flatMap((each) => REFERENCE.exec(each)?.[1] ?? [])
        : [],
    );
  }

  /** Whether somebody of the same group follows the failure of a member. */
  #isFollowedInside(id: string): boolean {
    const { group } = this.#nodes.get(id)!;
    if (group === undefined) return false;
    const byEdge = this.#edges.some(
      ({ from, to, on }) => from === id && on !== "success" && this.#nodes.get(to)!.group === group,
    );
    return (
      byEdge || this.members(group).some((other) => this.#alternatives(this.#nodes.get(other)!).includes(id))
    );
  }

  #isFollowed(id: string): boolean {
    const { group } = this.#nodes.get(id)!;
    if (group === "g" && this.#skips) return true;
    const names = new Set([id, ...(group === undefined ? [] : [group])]);
    // From outside, who follows a member of a try block follows the block.
    const outside = group === "h" ? new Set(this.members("h")) : new Set([id]);
    for (const { from, to, on } of this.#edges) {
      if (on === "success") continue;
      const isInside = group !== undefined && this.#nodes.get(to)!.group === group;
      if (names.has(from) || (!isInside && outside.has(from))) return true;
    }
    return [...this.#nodes.values()].some((node) => {
      const isInside = group !== undefined && node.group === group;
      return this.#alternatives(node).some((name) => name === id || (!isInside && outside.has(name)));
    });
  }

  /** The member and those of its group before it whose failures nobody inside follows. */
  #causes(id: string): string[] {
    const { group } = this.#nodes.get(id)!;
    const found = new Set<string>();
    const visit = (name: string): void => {
      const node = this.#nodes.get(name);
      if (!node || node.group !== group || found.has(name)) return;
      found.add(name);
      const text = JSON.stringify([node.inputs, node.when]);
      for (const [, source] of text.matchAll(/"\$(\w+)\.\w+\??"/g)) visit(source!);
      for (const { from, to } of this.#edges) if (to === name) visit(from);
    };
    visit(id);
    return [...found].filter((name) => !this.#isFollowedInside(name));
  }

  valueOf(reference: string, index: number | undefined, inside: boolean): unknown {
    const [, source, output] = REFERENCE.exec(reference)!;
    if (source === "g") return output === "index" ? index : this.#items[index!];
    const node = this.#nodes.get(source!)!;
    const made = (id: string) => (this.fates[id]!.made.includes(output!) ? valueOf(id, output!) : undefined);
    if (node.group !== "g") return made(source!);
    if (inside) return made(`${source}.${index}`);
    if (!this.#skips && this.#causes(source!).some((id) => this.#failed(id))) return undefined;
    return this.instances(source!).flatMap((id) => made(id) ?? []);
  }

  #isBlocked({ from, on }: GraphEdge, node: GraphNode, index: number | undefined): boolean {
    const source = this.#nodes.get(from);
    const isOne = source && (source.group !== "g" || node.group === "g");
    if (on === "always") return false;
    if (isOne) {
      const { status } = this.fates[source.group === "g" ? `${from}.${index}` : from]!;
      return status !== (on === "success" ? "succeeded" : "failed");
    }
    const tolerant = this.#skips && (source?.group === "g" || from === "g");
    const members = source ? [from] : this.members(from);
    const own = members.filter((id) => !this.#isFollowedInside(id));
    const all = members.flatMap((id) => this.instances(id));
    if (on === "failure") return tolerant || !(source ? members : own).some((id) => this.#failed(id));
    if (!tolerant && (source ? this.#causes(from) : own).some((id) => this.#failed(id))) return true;
    return all.length > 0 && !all.some((id) => this.fates[id]!.status === "succeeded");
  }

  #holds({ all, has, lt }: Predicate, index: number | undefined, inside: boolean): boolean {
    if (all) return all.every((part) => this.#holds(part, index, inside));
    if (has !== undefined) return this.valueOf(has, index, inside) !== undefined;
    return index! < (lt as [string, number])[1];
  }

  read(node: GraphNode, index: number | undefined): NodeFate {
    const inside = node.group === "g";
    const skipped: NodeFate = { status: "skipped", attempts: 0, inputs: {}, made: [] };
    const edges = this.#edges.filter(({ to }) => to === node.id);
    if (edges.some((edge) => this.#isBlocked(edge, node, index))) return skipped;
    if (node.when && !this.#holds(node.when, index, inside)) return skipped;
    const inputs: Record<string, unknown> = {};
    for (const [name, given] of Object.entries(node.inputs ?? {})) {
      const alternatives = typeof given === "object" ? (given as { $any: string[] }).$any : [given as string];
      const values = alternatives.map((each) =>
        each.startsWith("$") ? this.valueOf(each, index, inside) : each,
      );
      const value = values.find((each) => each !== undefined);
      if (value !== undefined) inputs[name] = value;
      else if (!alternatives.at(-1)!.endsWith("?")) return skipped;
    }
    const id = index === undefined ? node.id : `${node.id}.${index}`;
    return { inputs, ...lastAttempt(deedsOf(this.#case.deeds, id), 3) };
  }

  fatal(): string[] {
    return [...this.#nodes.keys()]
      .filter((id) => !this.#isFollowed(id))
      .flatMap((id) => this.instances(id))
      .filter((id) => this.fates[id]!.status === "failed");
  }
}

/** Nodes are in topological order. */
export function readGrouped(given: Case): Reading & { output: Record<string, unknown> | null } {
  const reader = new Reader(given);
  for (const node of given.graph.nodes)
    for (const [index, id] of reader.instances(node.id).entries())
      reader.fates[id] = reader.read(node, node.group === "g" ? index : undefined);
  const last = given.graph.output.last as string;
  const value = reader.valueOf(last, undefined, false);
  const output = value === undefined ? (last.endsWith("?") ? {} : null) : { last: value };
  return { fates: reader.fates, fatal: reader.fatal(), output };
}
