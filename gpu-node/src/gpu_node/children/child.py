"""One handler process as its parent sees it: started, called, canceled, killed."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gpu_node.children.failures import ChildCrashed, DiedIdle, describe_end, to_error
from gpu_node.children.framing import BadMessage, Message, encode, read_message
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
        self._reader = spawned.reader
        self._writer = spawned.writer
        self._output = output
        self._life = spawned.life
        self._calls = 0
        self._began = True

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
                ready = await child._ask({"kind": "start", **start}, None)
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
        return self.is_alive and self._reader.at_eof()

    async def probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        """Engines by node type, as the handlers of this process see them."""
        about = {"models_dir": str(models_dir), "node_types": list(node_types)}
        return (await self._ask({"kind": "probe", **about}, None))["engines"]

    async def check(self, call: Call) -> None:
        """Let a handler judge the inputs that are known; raises what it finds."""
        await self._run("check", call, None, grace_s=lambda: 0.0)

    async def call(
        self, call: Call, on_note: OnNote, grace_s: Callable[[], float], on_long: OnLong
    ) -> Done:
        """Run a handler. When canceled, the child is asked to stop and killed after the grace time.

        A second cancellation ends the grace time. `DiedIdle` when the process was gone before the
        handler began.
        """
        self._began = False
        done = await self._run("call", call, on_note, grace_s=grace_s, on_long=on_long)
        staged = [(path, ref) for path, ref in done["staged"]]
        return Done(done["outputs"], done["engine"], staged)

    async def _run(
        self,
        kind: str,
        call: Call,
        on_note: OnNote | None,
        *,
        grace_s: Callable[[], float],
        on_long: OnLong | None = None,
    ) -> Message:
        self._calls += 1
        call_id = self._calls
        message = {"kind": kind, "id": call_id, "call": call}
        answer = asyncio.ensure_future(self._ask(message, on_note, on_long))
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            await self._stop(answer, call_id, grace_s())
            raise

    def beat(self) -> None:
        """Tell the child that its parent lives."""
        if self.is_alive:
            self._write({"kind": "beat"})

    async def kill(self, end: End = "stopped") -> int:
        """End the process and all that it has started; answers its exit code."""
        if self.is_alive:
            self.is_alive = False
            self.end = end
            self.residency.gone()
            # The guard hears of it by the end of its line, as it would of our death.
            os.close(self._life)
        code = await self._process.wait()
        self._writer.close()
        await asyncio.wait({self._output}, timeout=1)
        self._output.cancel()
        return code

    async def _stop(self, answer: "asyncio.Future[Message]", call_id: int, grace_s: float) -> None:
        self._write({"kind": "cancel", "id": call_id})
        try:
            if grace_s > 0:
                await asyncio.wait({answer}, timeout=grace_s)
        finally:
            if not answer.done():
                await self.kill()
                await asyncio.wait({answer})
            if not answer.cancelled():
                answer.exception()

    def _ask(
        self, message: Message, on_note: OnNote | None, on_long: OnLong | None = None
    ) -> Awaitable[Message]:
        self._write(message)
        return self._until_answered(message, on_note, on_long)

    async def _until_answered(
        self, message: Message, on_note: OnNote | None, on_long: OnLong | None
    ) -> Message:
        turns: list[asyncio.Task[None]] = []
        try:
            return await self._answer(message, on_note, on_long, turns)
        finally:
            for turn in turns:
                turn.cancel()

    async def _answer(
        self,
        message: Message,
        on_note: OnNote | None,
        on_long: OnLong | None,
        turns: list[asyncio.Task[None]],
    ) -> Message:
        while True:
            try:
                answer = await read_message(self._reader)
            except BadMessage as error:
                await self.kill("crashed")
                raise ChildCrashed(
                    "handler-crashed", f"The handler's process sent {error}."
                ) from error
            if answer is None:
                crash = ChildCrashed if self._began else DiedIdle
                raise crash("handler-crashed", await self._last_words())
            if answer["kind"] == "began":
                self._began = True
            elif answer["kind"] == "held":
                self.residency.holds(answer["engines"])
            elif answer["kind"] == "loaded":
                self.residency.loaded(answer["engine"], answer["seconds"])
            elif answer["kind"] == "note":
                if on_note and answer["id"] == message.get("id"):
                    on_note(answer["note"], answer["data"])
            elif answer["kind"] == "long":
                # Beside the reading: a cancel, or the child's death, must be heard meanwhile.
                turns.append(asyncio.create_task(self._give_turn(answer["id"], on_long)))
            elif answer["kind"] == "failed":
                raise to_error(answer)
            else:
                return answer

    async def _give_turn(self, call_id: int, on_long: OnLong | None) -> None:
        if on_long:
            await on_long()
        self._write({"kind": "go", "id": call_id})

    async def _last_words(self) -> str:
        return describe_end(await self.kill("crashed" if self._began else "idle"))

    def _write(self, message: Message) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._writer.write(encode(message))
