"""Asks engines again whether they are here: every so often, when work of theirs has failed, and
when somebody wants to know; prober.ts is its twin."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from gpu_node.clock import Clock, within
from gpu_node.executor.capabilities import Capabilities
from gpu_node.logs import get_logger

Probe = Callable[[list[str]], Awaitable[dict[str, Any]]]
"""Answers engines by node type, for those named."""


class Prober:
    """One probe at a time; what is asked for meanwhile comes next, once."""

    def __init__(
        self,
        probe: Probe,
        capabilities: Capabilities,
        every_s: float,
        *,
        on_change: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`on_change`: something is here that was not, or the other way round."""
        self._probe = probe
        self._capabilities = capabilities
        self._every_s = every_s
        self._on_change = on_change
        self._clock = clock
        self._wanted: set[str] = set()
        self._waiting: list[asyncio.Future[None]] = []
        self._asked = asyncio.Event()

    def ask(self, node_types: Iterable[str]) -> None:
        """Look at these soon."""
        self._wanted.update(node_types)
        self._asked.set()

    def ask_all(self) -> asyncio.Future[None]:
        """Look at all soon; done when that has been."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        self.ask(self._capabilities.registry.node_types)
        return done

    async def now(self) -> list[dict[str, Any]]:
        """What can be done here, as found from now on: `node_types` of the announcement."""
        await self.ask_all()
        return self._capabilities.rows()

    async def run(self) -> None:
        """Probe for ever."""
        due = self._clock.elapsed() + self._every_s
        while True:
            with contextlib.suppress(TimeoutError):
                async with within(self._clock, due - self._clock.elapsed()):
                    await self._asked.wait()
            if self._clock.elapsed() >= due:
                self.ask(self._capabilities.registry.node_types)
                due = self._clock.elapsed() + self._every_s
            self._asked.clear()
            wanted, self._wanted = sorted(self._wanted), set()
            waiting, self._waiting = self._waiting, []
            await self._look(wanted)
            for done in waiting:
                if not done.done():
                    done.set_result(None)

    async def _look(self, node_types: list[str]) -> None:
        try:
            found = await self._probe(node_types)
        except Exception as error:
            # What was known stays; the next time is soon.
            get_logger().warning("engines could not be asked", error=str(error)[:500])
            return
        changed = self._capabilities.learn(found)
        if changed:
            get_logger().info("engines have changed", node_types=changed)
            self._on_change()
