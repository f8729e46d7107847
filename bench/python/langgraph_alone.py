"""LangGraph.py without any queue: `node` invokes a graph of one node, `task` a graph whose node
schedules one LangGraph task, which is what the executor does. One round per line of input."""

import asyncio
import os
import sys
from typing import TypedDict

import uvloop
from langgraph.func import task
from langgraph.graph import END, START, StateGraph
from ledger import Ledger

CONCURRENCY = 32


class _State(TypedDict):
    text: str


_ledger = Ledger(os.environ["BENCH_LEDGER"])


async def _noop(state: _State) -> _State:
    _ledger.hear(state["text"])
    return {"text": state["text"]}


async def _schedule(state: _State) -> _State:
    return await task(name="n0")(_noop)(state)


def _graph(mode: str):
    graph = StateGraph(_State)
    graph.add_node("n", _noop if mode == "node" else _schedule)
    graph.add_edge(START, "n")
    graph.add_edge("n", END)
    return graph.compile()


async def main(mode: str) -> None:
    graph = _graph(mode)
    await graph.ainvoke({"text": "warm"})
    print("ready", flush=True)

    async def work(texts: list[str]) -> None:
        while texts:
            await graph.ainvoke({"text": texts.pop()})

    while line := await asyncio.to_thread(sys.stdin.readline):
        texts = ["x" * 36] * int(line)
        await asyncio.gather(*(work(texts) for _ in range(CONCURRENCY)))
        print("done", flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
