"""Plays the driver for an executor: issues tasks as `commit` does and reads what comes back."""

import asyncio
import hashlib
import itertools
import time
from collections.abc import Callable
from typing import Any, Literal

import orjson
from redis.asyncio import Redis
from ulid import ULID

from gpu_node.contracts.keys import Keys
from gpu_node.gate import Gate

Values = dict[str, Any]
WITHIN_S = 60.0


def make_node(node_id: str, node_type: str = "test_async", **fields: Any) -> Values:
    """A TaskNode; `inputs` may be given as plain values or as `node.output`."""
    inputs = fields.pop("inputs", {})
    return {
        "id": node_id,
        "type": node_type,
        "schema_digest": hashlib.sha256(node_type.encode()).hexdigest(),
        "attempt": 1,
        "engine": "auto",
        "timeout_s": 30,
        "params": {},
        "inputs": {name: _source(value) for name, value in inputs.items()},
        "after": [],
        **fields,
    }


def _source(value: Any) -> Values:
    if isinstance(value, str) and value.startswith("$"):
        node, _, output = value[1:].rstrip("?").partition(".")
        return {"from": "node", "node": node, "output": output, "optional": value.endswith("?")}
    return {"from": "value", "value": value}


class Report(dict[str, Any]):
    """One entry of the reports stream, its body decoded."""


class Driver:
    """One pool of one shard. Each test has its own key prefix."""

    def __init__(self, redis: Redis, prefix: str, shard: str = "s0", pool: str = "default") -> None:
        self.redis = redis
        self.keys = Keys(prefix)
        self.shard = shard
        self.pool = pool
        self.tasks = self.keys.pool_tasks(shard, pool)
        self.reports_key = self.keys.pool_reports(shard, pool)
        self.seen: list[Report] = []
        self._cursor = "0-0"
        self._gate = Gate()

    async def make_group(self) -> None:
        """As ensure_group.lua does."""
        await self.redis.xgroup_create(self.tasks, "executors", "0", mkstream=True)

    async def make_group_if_missing(self) -> None:
        """So that who comes waits for tasks from the beginning."""
        if not await self.redis.exists(self.tasks):
            await self.make_group()

    async def skip_past(self) -> "Driver":
        """Read only what is reported from now on."""
        last = await self.redis.xrevrange(self.reports_key, count=1)
        self._cursor = last[0][0].decode() if last else "0-0"
        return self

    async def issue(
        self,
        *nodes: Values,
        body: bytes | None = None,
        swallow_as: str = "",
        start_in_s: float | None = None,
        **fields: Any,
    ) -> str:
        """Issue a task as commit.lua does; answers its id.

        `swallow_as` gives the entry at once to that consumer on a connection that nobody reads.
        """
        task_id = f"task_{self.shard}_{ULID()}"
        run_id = fields.pop("run_id", "") or f"run_{self.shard}_{ULID()}"
        task = {
            "task_id": task_id,
            "run_id": run_id,
            "shard": self.shard,
            "pool": self.pool,
            "plane": "python",
            "nodes": list(nodes),
            **fields,
        }
        await self.make_group_if_missing()
        seconds, micros = await self.redis.time()
        entry = f"{seconds * 1000 + micros // 1000}-{micros % 1000 + 1}"
        state = {"run": run_id, "entry": entry, "state": "open", "reported": "0"}
        start_by = "0"
        if start_in_s is not None:
            start_by = state["start_by"] = str(seconds * 1000 + int(start_in_s * 1000))
        body = body if body is not None else orjson.dumps(task)
        async with self.redis.pipeline(transaction=True) as all_or_nothing:
            all_or_nothing.hset(self.task_key(task_id), mapping=state)
            said = {"task": task_id, "body": body, "start_by": start_by}
            all_or_nothing.xadd(self.tasks, said, id=entry)
            if swallow_as:
                all_or_nothing.xreadgroup("executors", swallow_as, {self.tasks: ">"})
            await all_or_nothing.execute()
        return task_id

    async def close(self, task_id: str) -> None:
        """End a task over the executor's head, as `reap` does."""
        entry = await self.redis.hget(self.task_key(task_id), "entry")
        await self.redis.hset(self.task_key(task_id), "state", "closed")
        await self.redis.xack(self.tasks, "executors", entry)
        await self.redis.xdel(self.tasks, entry)

    async def cancel(self, task_id: str, *, tell: bool = True) -> None:
        """Flag a task and, with `tell`, say so on the control channel."""
        await self.redis.hset(self.task_key(task_id), "cancel", "1")
        if tell:
            channel = self.keys.channel_pool_control(self.shard, self.pool)
            await self.redis.publish(channel, f"cancel {task_id}")

    async def remind(self, executor: str) -> None:
        """Tell an executor that it holds what it does not renew, as drivers do when half a lease
        has passed."""
        channel = self.keys.channel_pool_control(self.shard, self.pool)
        await self.redis.publish(channel, f"renew {executor}")

    async def order(self, order: Literal["drain", "none"]) -> None:
        """Tell the pool's only executor what operators want, as order_drain.lua does."""
        rows = self.keys.pool_executors(self.shard, self.pool)
        executor = next(key for key in await self.redis.hkeys(rows) if b":" not in key).decode()
        if order == "drain":
            await self.redis.hset(rows, f"drain:{executor}", "1")
        else:
            await self.redis.hdel(rows, f"drain:{executor}")
        channel = self.keys.channel_pool_control(self.shard, self.pool)
        await self.redis.publish(channel, f"announce {executor}")

    async def until_status(self, status: str, within_s: float = WITHIN_S) -> None:
        """Wait until the pool's only executor announces that."""
        rows = self.keys.pool_executors(self.shard, self.pool)
        deadline = time.monotonic() + within_s
        while status.encode() not in (await self.redis.hgetall(rows)).values():
            assert time.monotonic() < deadline, await self.redis.hgetall(rows)
            await asyncio.sleep(0.02)

    async def until_somebody_waits(self, within_s: float = WITHIN_S) -> None:
        """Wait until a read is open that would be given a new task."""
        deadline = time.monotonic() + within_s
        while not any(c["cmd"] == "xreadgroup" for c in await self.redis.client_list()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def until_pending(self, count: int, within_s: float = WITHIN_S) -> None:
        """Wait until so many tasks are in somebody's hands."""
        deadline = time.monotonic() + within_s
        while (await self.redis.xpending(self.tasks, "executors"))["pending"] != count:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)

    async def until_nobody_waits(self, within_s: float = WITHIN_S) -> None:
        """Wait until the server has no read open that would be given a new task."""
        deadline = time.monotonic() + within_s
        while (await self.redis.info("clients"))["blocked_clients"]:
            assert time.monotonic() < deadline, await self.redis.client_list()
            await asyncio.sleep(0.02)

    def task_key(self, task_id: str) -> str:
        """The task's hash."""
        return self.keys.pool_task(self.shard, self.pool, task_id)

    async def wait_for(self, is_it: Callable[[Report], bool], within_s: float = WITHIN_S) -> Report:
        """The first report for which `is_it` holds, past ones included."""
        deadline = time.monotonic() + within_s
        for i in itertools.count():
            while i >= len(self.seen):
                assert time.monotonic() < deadline, f"not reported; seen: {self.seen[-20:]}"
                await self._read()
            if is_it(self.seen[i]):
                return self.seen[i]
        raise AssertionError

    async def ending(self, task_id: str, within_s: float = WITHIN_S) -> Values:
        """The ending of a task, which must fit the contract."""
        report = await self.wait_for(
            lambda r: r["task"] == task_id and r["kind"] == "ending", within_s
        )
        return report["body"]

    async def result(self, task_id: str, node_id: str) -> Values:
        """The result of a node that was reported before its task ended, or with it."""
        ending = await self.ending(task_id)
        return next(r for r in ending["results"] if r["node_id"] == node_id)

    async def started(self, task_id: str, node_id: str, within_s: float = WITHIN_S) -> Report:
        """The note that a node has begun."""
        return await self.wait_for(
            lambda r: (r["task"], r["node"], r["type"]) == (task_id, node_id, "node.started"),
            within_s,
        )

    def of_task(self, task_id: str) -> list[tuple[str, str, str]]:
        """Kind, node and type of what has been reported about a task, in order."""
        return [(r["kind"], r["node"], r["type"]) for r in self.seen if r["task"] == task_id]

    async def assert_at_rest(self) -> None:
        """S10: nothing left in the stream, nothing pending; an entry may go a moment after its
        task."""
        deadline = time.monotonic() + WITHIN_S
        while await self.redis.xlen(self.tasks):
            assert time.monotonic() < deadline, await self.redis.xrange(self.tasks)
            await asyncio.sleep(0.01)
        assert (await self.redis.xpending(self.tasks, "executors"))["pending"] == 0

    async def _read(self) -> None:
        answer = await self.redis.xread({self.reports_key: self._cursor}, block=500)
        for entry, fields in answer[0][1] if answer else []:
            self._cursor = entry.decode()
            report = Report({k.decode(): v.decode() for k, v in fields.items()})
            report["at"] = time.monotonic()
            report["body"] = orjson.loads(report["body"])
            self._assert_fits(report)
            self.seen.append(report)
        await asyncio.sleep(0)

    def _assert_fits(self, report: Report) -> None:
        if report["kind"] == "note":
            said = {"type": report["type"], "node_id": report["node"], "data": report["body"]}
            errors = self._gate.check("note", said)
        else:
            errors = self._gate.check("mail", report["body"])
        assert not errors, (errors, report["body"])
