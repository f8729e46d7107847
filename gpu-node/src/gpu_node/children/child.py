"""One handler process as its parent sees it: started, called, canceled, killed."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gpu_node.children.failures import ChildCrashed, DiedIdle, describe_end, to_error
from gpu_node.children.framing import BadMessage, Message
from gpu_node.children.line import Asked
from gpu_node.children.output import log_output
from gpu_node.children.residency import Residency
from gpu_node.children.settings import ChildSettings
from gpu_node.children.spawn import Spawned, spawn
from gpu_node.clock import Clock
from gpu_node.handlers.run_context import Call
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics

START_TIMEOUT_S = 60.0
End = Literal["idle", "crashed", "grown", "memory", "stopped"]
"""It died between two calls, or in one; it held too much, or a call found no memory; or somebody
no longer wanted what it did."""
OnNote = Callable[[str, dict[str, Any]], None]
Hears = Mapping[str, Callable[[Message], None]]
"""What is done with each kind of word."""
OnLong = Callable[[], Awaitable[None]]
"""Returns when the work that the handler has called long may go on."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler answered: outputs, the engine that made them, the files that it has put."""

    outputs: dict[str, Any]
    engine: str
    staged: list[tuple[str, dict[str, Any]]]


class Child:
    """Works on one call at a time."""

    def __init__(self, spawned: Spawned, output: asyncio.Task[None], residency: Residency) -> None:
        self.pid = spawned.process.pid
        self.last_types: list[str] = []
        self.used_at = 0.0
        self.looked_at = 0.0
        self.is_alive = True
        self.residency = residency
        self.end: End = "stopped"
        """Why it has gone, once it has."""
        self._process = spawned.process
        self._line = spawned.line
        self._aside = spawned.aside
        self._output = output
        self._life = spawned.life
        self._calls = 0
        self._laid: Call | None = None
        """What it was given last, to begin at a word."""
        self._begun: tuple[Call, Asked, dict[str, Callable[[Message], None]]] | None = None
        """To which the word was said, and who hears of it."""
        self._line.on_news = self._hear_news

    @classmethod
    async def start(cls, settings: ChildSettings, metrics: Metrics, clock: Clock) -> "Child":
        """Spawn a process, from the main thread, and wait until it can be called."""
        spawned = await spawn(settings)
        process = spawned.process
        assert process.stdout
        output = asyncio.create_task(log_output(process.stdout, process.pid, metrics, clock))
        child = cls(spawned, output, Residency(metrics, settings.engines))
        start = {
            "extensions": settings.extensions,
            "settings": dict(settings.settings),
            "patience_s": settings.patience_s,
        }
        try:
            async with asyncio.timeout(START_TIMEOUT_S):  # noqa: TID251 - a process of the machine
                ready = await child._ask({"kind": "start", **start})
                # The process that we have started is its guard.
                child.pid = ready["pid"]
        except BaseException:
            await child.kill()
            raise
        if ready["unconfined"]:
            get_logger().warning("handler not confined", child=child.pid, why=ready["unconfined"])
        metrics.unconfined.set(int(bool(ready["unconfined"])))
        return child

    @property
    def has_died(self) -> bool:
        """Whether the process has gone by itself, between two calls."""
        return self.is_alive and self._line.has_ended

    async def probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        """Engines by node type, as the handlers of this process see them."""
        about = {"models_dir": str(models_dir), "node_types": list(node_types)}
        return (await self._ask({"kind": "probe", **about}))["engines"]

    async def check(self, call: Call) -> None:
        """Let a handler judge the inputs that are known; raises what it finds."""
        await self._run("check", call, {}, lambda: 0.0)

    def lay(self, call: Call) -> None:
        """Give it the call that is likely to come next, so that no more than a word is missing when
        it does. Until then it is bytes; what comes in its place takes it away."""
        if self._laid is not call and self.is_alive:
            self._calls += 1
            self._laid = call
            self._aside.say({"kind": "lay", "id": self._calls, "call": call})

    def begin(self, call: Call) -> None:
        """Say the word, if that is what it was given last. `call` is to follow at once: the word is
        on its way while that is made ready."""
        if self._laid is call:
            self._laid = None
            hears: dict[str, Callable[[Message], None]] = {}
            self._begun = call, self._put({"kind": "begin", "id": self._calls}, hears), hears

    async def call(
        self,
        call: Call,
        on_note: OnNote,
        grace_s: Callable[[], float],
        on_long: OnLong,
        *,
        on_began: Callable[[], None] = lambda: None,
        on_returned: Callable[[], None] = lambda: None,
    ) -> Done:
        """Run a handler. When canceled, the child is asked to stop and killed after the grace time.

        A second cancellation ends the grace time. `DiedIdle` when the process was gone before the
        handler began. `on_returned` is called when the handler has returned, before it is known
        what: the process may be called again then.
        """
        turns: list[asyncio.Task[None]] = []
        hears = {
            "began": lambda _: on_began(),
            "note": lambda word: on_note(word["note"], word["data"]),
            # Beside the reading: a cancel, or the child's death, must be heard meanwhile.
            "long": lambda word: turns.append(
                asyncio.create_task(self._give_turn(word["id"], on_long))
            ),
            "returned": lambda _: on_returned(),
        }
        try:
            done = await self._run("call", call, hears, grace_s)
        finally:
            for turn in turns:
                turn.cancel()
        staged = [(path, ref) for path, ref in done["staged"]]
        return Done(done["outputs"], done["engine"], staged)

    def beat(self) -> None:
        """Tell the child that its parent lives."""
        if self.is_alive:
            self._aside.say({"kind": "beat"})

    async def kill(self, end: End = "stopped") -> int:
        """End the process and all that it has started; answers its exit code."""
        if self.is_alive:
            self.is_alive = False
            self.end = end
            self.residency.gone()
            # The guard hears of it by the end of its line, as it would of our death.
            os.close(self._life)
        code = await self._process.wait()
        self._line.close()
        self._aside.close()
        await asyncio.wait({self._output}, timeout=1)
        self._output.cancel()
        return code

    async def _run(
        self, kind: str, call: Call, hears: Hears, grace_s: Callable[[], float]
    ) -> Message:
        asked = self._begin(kind, call, hears)
        try:
            return await self._answer(asked, may_be_idle=kind == "call")
        except asyncio.CancelledError:
            await self._stop(asked, grace_s())
            raise

    def _begin(self, kind: str, call: Call, hears: Hears) -> Asked:
        if kind == "call":
            self.begin(call)
        begun, self._begun = self._begun, None
        if begun and begun[0] is call:
            begun[2].update(hears)
            return begun[1]
        self._laid = None
        self._calls += 1
        return self._put({"kind": kind, "id": self._calls, "call": call}, hears)

    async def _stop(self, asked: Asked, grace_s: float) -> None:
        """Whoever has answered works for others perhaps."""
        if asked.is_over:
            return
        self._aside.say({"kind": "cancel", "id": asked.call_id})
        heard = asyncio.ensure_future(asked.answer())
        heard.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            if grace_s > 0:
                await asyncio.wait({heard}, timeout=grace_s)
        finally:
            heard.cancel()
            if not asked.is_answered:
                await self.kill()

    async def _ask(self, message: Message) -> Message:
        return await self._answer(self._put(message, {}))

    def _put(self, message: Message, hears: Hears) -> Asked:
        def hear(word: Message) -> None:
            if act := hears.get(word["kind"]):
                act(word)

        return self._line.ask(message, hear)

    async def _answer(self, asked: Asked, *, may_be_idle: bool = False) -> Message:
        try:
            answer = await asked.answer()
        except BadMessage as error:
            await self.kill("crashed")
            raise ChildCrashed("handler-crashed", f"The handler's process sent {error}.") from error
        if answer is None:
            if may_be_idle and not asked.has_begun:
                raise DiedIdle("handler-crashed", describe_end(await self.kill("idle")))
            raise ChildCrashed("handler-crashed", describe_end(await self.kill("crashed")))
        if answer["kind"] == "failed":
            raise to_error(answer)
        return answer

    def _hear_news(self, word: Message) -> None:
        if word["kind"] == "held":
            self.residency.holds(word["engines"])
        else:
            self.residency.loaded(word["engine"], word["seconds"])

    async def _give_turn(self, call_id: int, on_long: OnLong) -> None:
        await on_long()
        self._aside.say({"kind": "go", "id": call_id})
