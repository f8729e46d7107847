"""Keeps this executor's row in the registry of each shard, and says again and again that it is
here; announcer.ts is its twin."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from gpu_node import __version__
from gpu_node.clock import Clock, within
from gpu_node.config import Config
from gpu_node.contracts.wire import DEFAULTS
from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.shards_known import ShardsKnown
from gpu_node.logs import get_logger
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.failures import RedisError
from gpu_node.redis.steps import Orders, PoolSteps, Status
from gpu_node.redis.troubles import together, trouble_of


class Announcer:
    """Says what this executor can do; `status` is shown from the next announcement on."""

    def __init__(
        self,
        config: Config,
        capabilities: Capabilities,
        steps: Sequence[PoolSteps],
        *,
        executor_id: str,
        slots: int,
        fitness: Fitness,
        clock: Clock,
        backoff: Backoff,
    ) -> None:
        self.status: Status = "online"
        self.told = asyncio.Event()
        self.on_order: Callable[[bool], None] = lambda _: None
        """Called when operators want it otherwise than before: to take no more tasks, or to take
        them again."""
        self.on_probe: Callable[[int], None] = lambda _: None
        """Called with a new order of operators to ask the engines; `probed` is told when that is
        done."""
        self._is_drained = False
        self._probing = 0
        self._known: tuple[Status, bytes] | None = None
        """What all shards have taken last. As long as nothing of it changes they are told that it
        is here, which is short."""
        self._problem: str | None = None
        self._said: set[tuple[str, str]] = set()
        """What the log knows already of shards that cannot be told."""
        self._shards = ShardsKnown(len(steps))
        self._again = asyncio.Event()
        self._steps = steps
        self._fitness = fitness
        self._clock = clock
        self._backoff = backoff
        self._capabilities = capabilities
        self._row: dict[str, Any] = {
            "executor_id": executor_id,
            "plane": "python",
            "pool": config.pool,
            "version": __version__,
            "slots": slots,
            "shards": len(steps),
            "labels": dict(config.labels),
            **({"resources": fitness.resources} if fitness.resources else {}),
        }

    def again(self) -> None:
        """Announce everything at once: another server may be there, which knows nothing."""
        self._known = None
        self._again.set()

    def probed(self, order: int) -> None:
        """What was found since this order is in the next row, which comes at once."""
        self._row["probe_order_ms"] = order
        self.again()

    async def check(self) -> str | None:
        """Why nobody can find this executor, or None."""
        return self._problem or self._shards.problem

    async def run(self) -> None:
        """Announce for ever."""
        while True:
            self._again.clear()
            if await self.announce():
                self._backoff.reset()
                with contextlib.suppress(TimeoutError):
                    async with within(self._clock, DEFAULTS["announce_ms"] / 1000):
                        await self._again.wait()
            else:
                await self._backoff.wait()

    async def announce(self) -> bool:
        """Tell every shard; False if one of them could not be told."""
        status, body = self._shown(), self._body()
        calls = (self._tell(steps, status, body) for steps in self._steps)
        answers = await asyncio.gather(*calls, return_exceptions=True)
        orders = [answer for answer in answers if isinstance(answer, Orders)]
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        if failures:
            self._fail(failures)
        else:
            self._problem = None
            if self._said:
                self._said.clear()
                get_logger().info("redis can be used again")
            self._known = (status, body)
            self.told.set()
        # Gateways say in each of their shards how many they have; what is behind the last of them
        # may be left from before.
        if isinstance(answers[0], Orders):
            self._shards.told(answers[0].shards)
        # Those that are there are obeyed while another is away.
        if orders:
            self._obey(any(order.drain for order in orders))
            self._probe(max(order.probe for order in orders))
        return not failures

    def _fail(self, errors: Sequence[BaseException]) -> None:
        """A fault that shards share is said once, with all that have it."""
        for error in errors:
            if not isinstance(error, (RedisError, OSError)):
                raise error
        self._known = None
        troubles = [trouble_of(error) for error in errors]
        self._problem = f"{together(troubles)}."
        news = {(trouble.sentence, trouble.shard) for trouble in troubles}
        if not news <= self._said:
            get_logger().error("redis cannot be used", fault=together(troubles))
        self._said |= news

    async def _tell(self, steps: PoolSteps, status: Status, body: bytes) -> Orders:
        orders = await steps.alive() if self._known == (status, body) else None
        return orders or await steps.announce(body, status)

    def _shown(self) -> Status:
        return "draining" if self.status == "online" and self._is_drained else self.status

    def _obey(self, is_drained: bool) -> None:
        """An order that did not reach all shards counts; that it is obeyed is told at once."""
        if is_drained == self._is_drained:
            return
        self._is_drained = is_drained
        self.on_order(is_drained)
        self.again()

    def _probe(self, order: int) -> None:
        if order > self._probing:
            self._probing = order
            self.on_probe(order)

    def _body(self) -> bytes:
        """The row as it is now: a type that rests says so, and is not forgotten."""
        types = [
            {**row, "cannot_now": why[:500]} if (why := self._fitness.why_not(row["type"])) else row
            for row in self._capabilities.rows()
        ]
        return orjson.dumps({**self._row, "node_types": types})
