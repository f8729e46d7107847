"""Gives calls to handler processes: as many at once as there are places, each within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from gpu_node.children.breaker import Breaker
from gpu_node.children.child import Done, OnNote
from gpu_node.children.failures import CannotNow, ChildCrashed, DiedIdle
from gpu_node.children.fleet import Fleet
from gpu_node.children.places import Place, Places
from gpu_node.children.resources import Holding, Resources
from gpu_node.children.seat import Seat
from gpu_node.children.settings import ChildSettings
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.errors import RetryableError
from gpu_node.handlers.run_context import Call
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics

PROBE_TIMEOUT_S = EXECUTOR["engines_ms"] / 1000


class Owner(Protocol):
    """Whose call it is."""

    def grace_s(self) -> float:
        """When the handler must stop: how long it may take to do so by itself."""
        ...

    def acts(self) -> None:
        """Its handler begins."""
        ...

    def take_seat(self) -> Seat | None:
        """What it was given of a call before."""
        ...

    def lengthened(self, by: int) -> None:
        """One more (1) or one less (-1) of its calls is long."""
        ...


Hold = Callable[[str], Awaitable[Holding]]
"""Waits for what a call of a node type needs of the machine; without one nothing is scarce."""
OnReturned = Callable[[Seat], None]
"""Hears, as soon as that is known, that the handler has made its outputs: its seat may be passed
on then, and is left else."""


class ChildPool:
    """As many calls at once as there are places; the others wait for their turn."""

    def __init__(
        self,
        settings: ChildSettings,
        places: Places,
        metrics: Metrics,
        *,
        breaker: Breaker,
        hold: Hold | None = None,
    ) -> None:
        self._fleet = Fleet(settings, metrics, places.clock)
        self._places = places
        self._checks = asyncio.Lock()
        self._probes = asyncio.Lock()
        self._breaker = breaker
        self._hold = hold or Resources({}, lambda _: {}).held
        self._expected: dict[str, Call] = {}
        """Calls that are to come, in their order, by their directories."""
        self._working: list[Seat] = []
        """Of those that have begun."""

    def expect(self, call: Call) -> None:
        """It is complete, and waits for its turn: it may be given to a process ahead."""
        self._expected[call.work_dir] = call
        self._lay()

    def expect_no_more(self, call: Call) -> None:
        """It has begun, or will not come."""
        self._expected.pop(call.work_dir, None)

    def _lay(self) -> None:
        """Where one call works alone the next one of its type is likely to have its process. Not
        before that one has begun: it may have been laid there itself, and is not taken up yet."""
        if len(self._working) == 1 and self._expected:
            call = next(iter(self._expected.values()))
            if self._working[0].suits(call.type, self._fleet):
                self._working[0].child.lay(call)

    async def probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        """Engines by node type, found by a child, because handlers load what the parent must not.

        A type whose probing kills the child has no engines, and the others still have theirs.
        Probes have a process more than the calls, as checks do.
        """
        try:
            return await self._probe(models_dir, node_types)
        except RetryableError as error:
            if len(node_types) == 1:
                get_logger().error("probe failed", node_type=node_types[0], error=error.detail)
                return {node_types[0]: {"reason": error.detail}}
        found: dict[str, Any] = {}
        for node_type in node_types:
            found |= await self.probe(models_dir, [node_type])
        return found

    async def run(
        self,
        call: Call,
        on_note: OnNote,
        timeout_s: float,
        owner: Owner,
        *,
        on_returned: OnReturned,
    ) -> Done:
        """Run a handler; the time limit counts no wait for a seat."""
        if why := self._breaker.why_not(call.type):
            raise CannotNow("handler-unavailable", why)
        seat = await self._seat(call, owner)
        try:
            work = partial(
                self._call, call, on_note, timeout_s, owner=owner, on_returned=on_returned
            )
            try:
                return await work(seat=seat)
            except DiedIdle:
                await seat.change(call.engine)
                return await work(seat=seat)
        finally:
            seat.leave()

    async def check(self, call: Call) -> None:
        """Let a handler judge inputs; raises what it finds. Checks have a process more than the
        calls, one after another: they are quick, and must not wait for what is not."""
        async with self._checks:
            child = await self._fleet.take(call.type)
            try:
                await child.check(call)
            finally:
                self._fleet.give_back(child)

    async def close(self) -> None:
        """Kill all processes."""
        await self._fleet.close()

    async def _probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        async with self._probes:
            child = await self._fleet.take_uncalled()
            try:
                async with asyncio.timeout(PROBE_TIMEOUT_S):  # noqa: TID251 - a process is asked
                    return await child.probe(models_dir, node_types)
            except TimeoutError as error:
                await child.kill()
                raise RetryableError("handler-unavailable", "It did not answer in time.") from error
            finally:
                self._fleet.give_back(child)

    async def _seat(self, call: Call, owner: Owner) -> Seat:
        """The one that the owner was given, or another as soon as there is one."""

        def on_long(by: int) -> None:
            if by > 0:
                holding.lengthened()
            owner.lengthened(by)

        given = owner.take_seat()
        if given and given.suits(call.type, self._fleet):
            # Before all that can be done while it is on its way.
            given.child.begin(call)
            holding = given.holding
            given.child.residency.give_to(call.engine)
            given.place.take_over(on_long)
            return given
        if given:
            given.leave()
        holding = await self._hold(call.type)
        place = Place(self._places, on_long)
        try:
            await place.enter()
            child = await self._fleet.take(call.type, call.engine)
        except BaseException:
            place.leave()
            holding.leave()
            raise
        return Seat(call.type, self._fleet, holding, place=place, child=child)

    async def _call(
        self,
        call: Call,
        on_note: OnNote,
        timeout_s: float,
        *,
        owner: Owner,
        seat: Seat,
        on_returned: OnReturned,
    ) -> Done:
        child = seat.child

        def began() -> None:
            owner.acts()
            self._working.append(seat)
            self._lay()

        def returned() -> None:
            self._working.remove(seat)
            on_returned(seat)
            seat.leave()

        self.expect_no_more(call)
        try:
            async with asyncio.timeout(timeout_s) as limit:  # noqa: TID251 - it is rescheduled
                done = await child.call(
                    call,
                    on_note,
                    owner.grace_s,
                    lambda: _lengthen(seat.place, limit),
                    on_began=began,
                    on_returned=returned,
                )
        except TimeoutError as error:
            raise RetryableError(
                "node-timeout", f"The node {call.node_id} did not end within {timeout_s:g} s."
            ) from error
        except DiedIdle:
            raise
        except ChildCrashed:
            self._breaker.crashed(call.type, call.run_id)
            raise
        except MemoryError:
            # What it holds is the likely reason; a fresh process starts without it.
            if seat in self._working:
                await child.kill("memory")
            raise
        finally:
            if seat in self._working:
                self._working.remove(seat)
            if not child.is_alive:
                self._fleet.replace(child)
        self._breaker.succeeded(call.type)
        return done


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
