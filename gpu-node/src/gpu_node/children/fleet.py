"""The handler processes of one pool: kept alive with what they have loaded, replaced when they die
or have grown."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from gpu_node.children.child import Child
from gpu_node.children.failures import CannotNow
from gpu_node.children.memory import resident_bytes
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import Clock
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics

LOOK_EVERY_S = 1.0
"""How often it is looked how much a process holds that has one short call after another."""


class Fleet:
    """As many processes as were ever needed at once, and one for probes."""

    def __init__(self, settings: ChildSettings, metrics: Metrics, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._coming: asyncio.Task[None] | None = None
        self._is_closed = False
        self._beats = asyncio.create_task(self._beat())
        metrics.add_holder(lambda: sum(resident_bytes(child.pid) for child in self._children))

    async def close(self) -> None:
        """Kill all processes."""
        self._is_closed = True
        self._beats.cancel()
        if self._coming:
            self._coming.cancel()
            await asyncio.wait({self._coming})
        await asyncio.gather(*(child.kill() for child in self._children), return_exceptions=True)
        self._metrics.children.dec(len(self._children))
        self._children.clear()
        self._idle.clear()

    async def take(self, node_type: str, engine: str = "") -> Child:
        """The idle child that did this type last, else the one used last, else a new one. The one
        that nobody has called yet comes after the others: it is left to probes. `engine`: that of
        the call that follows."""
        chosen, grown = await self._choose(
            lambda _: True, lambda c: (node_type in c.last_types, bool(c.last_types), c.used_at)
        )
        if engine:
            chosen.residency.give_to(engine, [child.residency for child in grown])
        if node_type not in chosen.last_types:
            chosen.last_types.append(node_type)
        return chosen

    async def take_uncalled(self) -> Child:
        """A child that has never been called, for a probe: what the others have loaded is for
        their next call, which may come meanwhile."""
        if self._coming:
            # It is for a call, and there sooner when nobody starts beside it.
            await asyncio.wait({self._coming})
        return (await self._choose(lambda c: not c.last_types, lambda c: c.used_at))[0]

    def replace(self, died: Child) -> asyncio.Task[None] | None:
        """Start a child in the place of a dead one without waiting for it, unless one for calls is
        idle: what was lost will be tried again soon, and it takes longer to start a process."""
        if not self._is_closed and (self._coming is None or self._coming.done()):
            self._coming = asyncio.create_task(self._start_if_none(died.last_types))
            # The next call tries again, and tells why not.
            self._coming.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._coming

    async def _start_if_none(self, node_types: list[str]) -> None:
        if not any(child.last_types for child in self._idle):
            await self._start(node_types)

    async def _choose(
        self, may: Callable[[Child], bool], rank: Callable[[Child], Any]
    ) -> tuple[Child, list[Child]]:
        """The best one, and those that would have been better but held too much, and are gone."""
        await self._drop_dead()
        gone: list[Child] = []
        while True:
            while not (idle := [child for child in self._idle if may(child)]):
                coming = self._coming
                if coming is None or coming.done():
                    coming = asyncio.create_task(self._start())
                # Shielded: a caller that gives up in between leaves an idle child, not an unknown
                # process.
                await asyncio.shield(coming)
            best = max(idle, key=rank)
            # Only this one, and not again at once: to ask the kernel is dear beside a short call.
            # What nobody has used holds nothing that the next one would not hold.
            is_known = not best.used_at or self.may_stay(best)
            grown = [] if is_known else await self._drop_grown([best])
            if not grown:
                self._idle.remove(best)
                return best, gone
            gone.extend(grown)

    def may_stay(self, child: Child) -> bool:
        """Whether it may be called again without a look at what it holds."""
        is_known = self._clock.elapsed() - child.looked_at < LOOK_EVERY_S
        return is_known and child.is_alive and not child.has_died

    async def _drop_dead(self) -> None:
        """Take children away that died idle, for instance by the kernel's choice."""
        dead = [child for child in self._idle if child.has_died]
        self._idle = [child for child in self._idle if not child.has_died]
        for child in dead:
            await child.kill("idle")
            self.give_back(child)

    async def _drop_grown(self, idle: Sequence[Child]) -> list[Child]:
        """Take idle children away that hold too much, and say which: what they need again is
        loaded again."""
        most = self._settings.most_bytes
        for child in idle:
            child.looked_at = self._clock.elapsed()
        grown = [child for child in idle if resident_bytes(child.pid) > most]
        self._idle = [child for child in self._idle if child not in grown]
        for child in grown:
            await child.kill("grown")
            self.give_back(child)
        return grown

    async def _start(self, node_types: Sequence[str] = ()) -> None:
        """node_types: what it will be asked for; probes leave it to those who ask."""
        try:
            child = await Child.start(self._settings, self._metrics, self._clock)
        except (OSError, TimeoutError) as error:
            raise CannotNow(
                "handler-unavailable", "No handler process could be started."
            ) from error
        child.last_types.extend(node_types)
        self._children.add(child)
        self._idle.append(child)
        self._metrics.children.inc()
        get_logger().info("child started", child=child.pid)

    def give_back(self, child: Child) -> None:
        if child.is_alive:
            child.used_at = self._clock.elapsed()
            self._idle.append(child)
            return
        self._children.discard(child)
        self._metrics.children.dec()
        self._metrics.child_exits.labels(child.end).inc()
        get_logger().warning("child gone", child=child.pid, end=child.end)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(self._settings.patience_s / 5)
            for child in self._children:
                child.beat()
            with contextlib.suppress(OSError):
                await self._drop_grown(self._idle)
