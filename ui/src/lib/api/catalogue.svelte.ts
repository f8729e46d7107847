/** What can be made here and by whom: asked once, and again while somebody looks. */
import type { Capabilities, GraphDetail, GraphSummary } from "@myspinbot/contracts/types.ts";
import { client } from "./client.ts";

class Kept<T> {
  known = $state.raw<T | undefined>();
  readonly #ask: () => Promise<T>;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  async load(): Promise<T> {
    this.known = await this.#ask();
    return this.known;
  }
}

export const capabilities = new Kept<Capabilities>(() => client.catalogue.capabilities());
export const graphs = new Kept<GraphSummary[]>(() => client.catalogue.graphs());

const details = new Map<string, GraphDetail>();

export async function graphDetail(name: string): Promise<GraphDetail> {
  const known = details.get(name) ?? (await client.catalogue.graph(name));
  details.set(name, known);
  return known;
}
