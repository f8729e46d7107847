"""The handler processes of this gpu-node: few, kept alive with what they have loaded, replaced
when they die."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from gpu_node.children.breaker import Breaker
from gpu_node.children.child import Child, ChildSettings, Done, OnNote
from gpu_node.children.failures import CannotNow, ChildCrashed, DiedIdle
from gpu_node.children.memory import resident_bytes
from gpu_node.children.places import Place, Places
from gpu_node.errors import RetryableError
from gpu_node.handlers.run_context import Call
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics

PROBE_TIMEOUT_S = 120.0


class Owner(Protocol):
    """Whose call it is."""

    def grace_s(self) -> float:
        """When the handler must stop: how long it may take to do so by itself."""
        ...

    def lengthened(self, by: int) -> None:
        """One more (1) or one less (-1) of its calls is long."""
        ...


class ChildPool:
    """As many calls at once as there are places; the others wait for their turn."""

    def __init__(
        self, settings: ChildSettings, places: Places, metrics: Metrics, breaker: Breaker
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._places = places
        self._checks = asyncio.Lock()
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        self._breaker = breaker
        self._beats = asyncio.create_task(self._beat())

    async def probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        """Engines by node type, found by a child, because handlers load what the parent must not.

        A type whose probing kills the child has no engines, and the others still have theirs.
        """
        try:
            return await self._probe(models_dir, node_types)
        except RetryableError as error:
            if len(node_types) == 1:
                get_logger().error("probe failed", node_type=node_types[0], error=error.detail)
                return {node_types[0]: {"engines": [], "reason": error.detail}}
        found: dict[str, Any] = {}
        for node_type in node_types:
            found |= await self.probe(models_dir, [node_type])
        return found

    async def run(self, call: Call, on_note: OnNote, timeout_s: float, owner: Owner) -> Done:
        """Run a handler; the time limit does not count the wait for a place."""
        if why := self._breaker.why_not(call.type):
            raise CannotNow("handler-unavailable", why)
        async with Place(self._places, owner.lengthened) as place:
            try:
                return await self._call(call, on_note, timeout_s, owner, place)
            except DiedIdle:
                return await self._call(call, on_note, timeout_s, owner, place)

    async def check(self, call: Call) -> None:
        """Let a handler judge inputs; raises what it finds. Checks have a process more than the
        calls, one after another: they are quick, and must not wait for what is not."""
        async with self._checks:
            child = await self._take(call.type)
            try:
                await child.check(call)
            finally:
                self._give_back(child)

    async def close(self) -> None:
        """Kill all processes."""
        self._beats.cancel()
        await asyncio.gather(*(child.kill() for child in self._children), return_exceptions=True)
        self._metrics.children.dec(len(self._children))
        self._children.clear()
        self._idle.clear()

    async def _probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        async with self._places.short:
            child = await self._take("")
            try:
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    return await child.probe(models_dir, node_types)
            except TimeoutError as error:
                await child.kill()
                raise RetryableError("handler-unavailable", "It did not answer in time.") from error
            finally:
                self._give_back(child)

    async def _call(
        self, call: Call, on_note: OnNote, timeout_s: float, owner: Owner, place: Place
    ) -> Done:
        child = await self._take(call.type)
        try:
            async with asyncio.timeout(timeout_s) as limit:
                done = await child.call(
                    call, on_note, owner.grace_s, lambda: _lengthen(place, limit)
                )
        except TimeoutError as error:
            raise RetryableError(
                "node-timeout", f"The node {call.node_id} did not end within {timeout_s:g} s."
            ) from error
        except DiedIdle:
            self._metrics.child_exits.labels("idle").inc()
            raise
        except ChildCrashed:
            self._breaker.crashed(call.type, call.run_id)
            self._metrics.child_exits.labels("crashed").inc()
            raise
        except MemoryError:
            # What it holds is the likely reason; a fresh process starts without it.
            await child.kill()
            raise
        finally:
            self._give_back(child)
        self._breaker.succeeded(call.type)
        return done

    async def _take(self, node_type: str) -> Child:
        """The idle child that did this type last, else the one used last, else a new one."""
        await self._drop_dead()
        await self._drop_grown()
        while not self._idle:
            # Shielded: a caller that gives up in between leaves an idle child, not an unknown
            # process.
            await asyncio.shield(asyncio.create_task(self._start()))
        best = max(self._idle, key=lambda c: (node_type in c.last_types, c.used_at))
        self._idle.remove(best)
        if node_type and node_type not in best.last_types:
            best.last_types.append(node_type)
        return best

    async def _drop_dead(self) -> None:
        """Take children away that died idle, for instance by the kernel's choice."""
        dead = [child for child in self._idle if child.has_died]
        self._idle = [child for child in self._idle if not child.has_died]
        for child in dead:
            await child.kill()
            self._metrics.child_exits.labels("idle").inc()
            self._give_back(child)

    async def _drop_grown(self) -> None:
        """Take idle children away that hold too much: what they need again is loaded again."""
        most = self._settings.most_bytes
        grown = [child for child in self._idle if resident_bytes(child.pid) > most]
        self._idle = [child for child in self._idle if child not in grown]
        for child in grown:
            await child.kill()
            self._metrics.child_exits.labels("grown").inc()
            self._give_back(child)

    async def _start(self) -> None:
        try:
            child = await Child.start(self._settings, self._metrics)
        except (OSError, TimeoutError) as error:
            raise CannotNow(
                "handler-unavailable", "No handler process could be started."
            ) from error
        self._children.add(child)
        self._idle.append(child)
        self._metrics.children.inc()
        get_logger().info("child started", child=child.pid)

    def _give_back(self, child: Child) -> None:
        if child.is_alive:
            child.used_at = time.monotonic()
            self._idle.append(child)
            return
        self._children.discard(child)
        self._metrics.children.dec()
        get_logger().warning("child gone", child=child.pid)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._settings.patience_s / 5)
            for child in self._children:
                with contextlib.suppress(OSError):
                    child.beat()


async def _lengthen(place: Place, limit: asyncio.Timeout) -> None:
    """Wait for a long place; the time limit stands still meanwhile."""
    ends_at = limit.when()
    if limit.expired() or ends_at is None:
        return
    clock = asyncio.get_running_loop().time
    left_s = ends_at - clock()
    limit.reschedule(None)
    await place.lengthen()
    limit.reschedule(clock() + left_s)
