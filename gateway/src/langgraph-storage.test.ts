/** Holds LangChain to what replaces a part of it; an upgrade that changes it fails here. */
import { Annotation, getConfig, START, StateGraph, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { AsyncLocalStorageProviderSingleton as provider } from "@langchain/core/singletons";
import { RunnableLambda } from "@langchain/core/runnables";
import { beforeAll, expect, it } from "vitest";
import { installStorage } from "./langgraph-storage.ts";

beforeAll(() => {
  installStorage();
  installStorage();
});

type Body = (state: unknown, config: LangGraphRunnableConfig) => unknown;

async function run(body: Body, config: object = {}): Promise<unknown> {
  const graph = new StateGraph(Annotation.Root({ said: Annotation<unknown>() }))
    .addNode("only", async (state: unknown, own: LangGraphRunnableConfig) => ({
      said: await body(state, own),
    }))
    .addEdge(START, "only")
    .compile();
  return ((await graph.invoke({ said: null }, config)) as { said: unknown }).said;
}

it("finds the config of what runs, also below it, and makes no tree of traces for it", async () => {
  const inner = RunnableLambda.from(() => (getConfig().configurable as { who: string }).who);
  const body: Body = async () => [
    (getConfig().configurable as { who: string }).who,
    await inner.invoke(null),
    Object.keys(provider.getInstance().getStore() as object),
  ];
  expect(await run(body, { configurable: { who: "me" } })).toEqual(["me", "me", ["extra"]]);
});

it("keeps runs apart that go on side by side", async () => {
  const body: Body = async () => {
    await Promise.resolve();
    return (getConfig().configurable as { who: number }).who;
  };
  const all = Array.from({ length: 50 }, (_, who) => run(body, { configurable: { who } }));
  expect(await Promise.all(all)).toEqual(Array.from({ length: 50 }, (_, who) => who));
});

it("leaves those who listen what they heard before", async () => {
  const heard: string[] = [];
  const listener = {
    handleChainStart: (): void => void heard.push("start"),
    handleChainEnd: (): void => void heard.push("end"),
  };
  expect(await run(() => "said", { callbacks: [listener] })).toBe("said");
  expect(heard.filter((each) => each === "start").length).toBeGreaterThan(0);
  expect(heard.filter((each) => each === "end")).toHaveLength(heard.length / 2);
});
