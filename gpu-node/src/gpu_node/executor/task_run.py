"""One task while it runs: outputs so far, and what is said about them."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

import orjson
import structlog

from gpu_node.children.failures import CannotNow
from gpu_node.children.seat import Seat
from gpu_node.contracts.steps import ReportItem
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.graph_run import GraphRun
from gpu_node.executor.hold import HeldTask, StopReason
from gpu_node.executor.node_inputs import resolve_inputs
from gpu_node.executor.notes import Notes
from gpu_node.executor.reports import Reports
from gpu_node.executor.schedule import NodeEnd
from gpu_node.executor.task import TaskNode
from gpu_node.executor.task_files import TaskFiles
from gpu_node.executor.task_parts import TaskParts
from gpu_node.logs import get_logger
from gpu_node.redis.steps import Ending

Values = dict[str, Any]
NOTE_HOLD_S = EXECUTOR["note_hold_ms"] / 1000
GIVE_WAY_S = 0.005
"""Whoever begins needs less, or waits for something."""


class TaskRun:
    """The state of one task."""

    def __init__(
        self, parts: TaskParts, held: HeldTask, on_over: Callable[[], HeldTask | None]
    ) -> None:
        """`on_over` is called when its last handler has returned: its place is free then, and what
        was made is checked, stored and told beside the next task, which it answers."""
        task_id = held.task.task_id
        self.reports = Reports(
            held.steps,
            task_id,
            parts.metrics,
            self._on_answer,
            clock=parts.clock,
            backoff=parts.backoffs(),
        )
        self.files = TaskFiles(parts.tasks_dir / task_id, parts.store)
        self._parts = parts
        self._held = held
        self._on_over = on_over
        self._notes = Notes(self._note, parts.clock)
        self._results: dict[str, Values] = {}
        self._is_over = False
        self._behind: HeldTask | None = None
        """Who has got its place."""

    async def work(self) -> str | None:
        """Run the graph; answers what went wrong with the executor itself, if anything did. All
        that can be done before is done while its turn is waited for."""
        if self._held.stop_reason:
            return None
        get_logger().info("task taken up", nodes=[node.id for node in self._held.task.nodes])
        try:
            if await self._is_refused():
                return None
            graph = GraphRun(self._held.schedule, self._run_node, self._on_end)
            await self._parts.run_graph(graph)
        except Exception as error:
            get_logger().exception("task graph failed")
            for work in self._held.works:
                work.cancel()
            if self._held.works:
                await asyncio.wait(self._held.works)
            return f"the executor failed: {type(error).__name__}"
        finally:
            self._notes.stop()
        return None

    def ending(self, failure: str | None) -> Ending:
        """The last word about the task."""
        match self._held.stop_reason:
            case None if failure:
                return self.reports.ending("mismatch", failure)
            case None:
                return self.reports.ending("settled")
            case StopReason.CANCELED:
                return self.reports.ending("canceled", "canceled on request")
            case StopReason.DECLINED:
                return self.reports.ending("declined", self._held.why_declined)
            case StopReason.RELEASED:
                return self.reports.ending("released", self._held.why_released)
            case _:
                # Said only if Redis gives the entry to us again.
                return self.reports.ending("released", "the lease was lost")

    async def _is_refused(self) -> bool:
        """Whether a handler's check found something wrong: then no node of the task begins."""
        refusals: list[Values] = []

        async def judge() -> None:
            refusals.extend(await self._parts.checks.refusals(self._held, self.files))

        await self._held.do(judge())
        for refusal in refusals:
            code = refusal["problem"]["code"]
            get_logger().info("node refused", node_id=refusal["node_id"], code=code)
            item = ReportItem("result", refusal["node_id"], "", orjson.dumps(refusal))
            self.reports.add(item, None)
        return bool(refusals)

    async def _run_node(self, node: TaskNode) -> NodeEnd:
        if self._held.stop_reason or not await self._held.do(self._work(node)):
            return NodeEnd.UNRUN
        result = self._results.get(node.id)
        if result is None:
            return NodeEnd.UNRUN
        if result["status"] == "failed":
            return NodeEnd.FAILED
        self._held.schedule.made(node.id, result["outputs"])
        return NodeEnd.SUCCEEDED

    async def _work(self, node: TaskNode) -> None:
        structlog.contextvars.bind_contextvars(node_id=node.id)
        inputs = resolve_inputs(node, self._results)
        prepared = self._parts.nodes.prepare(self._held, node, inputs, self.files)
        start = self._start_of(node)
        self.reports.make_ready(start)
        self._held.stands_ready = lambda: prepared.done() and self._may_begin_unasked()
        told: list[bool] = []
        self._held.on_seat = lambda: told.append(self.reports.say_ready())
        try:
            await self._held.has_turn.wait()
            begun = self._parts.clock.elapsed()
            if not any(told):
                self.reports.add(start, None)
                await self._start_is_told()
            result = await self._parts.nodes.run(
                self._held,
                node,
                prepared,
                files=self.files,
                on_note=lambda kind, data: self._hear(node.id, kind, data),
                on_returned=lambda seat: self._returned(node, seat),
                give_way=self._give_way,
            )
        except CannotNow as error:
            self._held.decline(error.detail)
            return
        finally:
            self._parts.nodes.give_up(prepared)
            self._held.stands_ready = lambda: False
            self._held.on_seat = lambda: None
            self._held.acts()
            if seat := self._held.take_seat():
                seat.leave()
        self._results[node.id] = result
        seconds = self._parts.clock.elapsed() - begun
        labels = (node.type, result["status"])
        self._parts.metrics.nodes.labels(*labels).inc()
        self._parts.metrics.task_seconds.labels(*labels).observe(seconds)
        code = result.get("problem", {}).get("code")
        get_logger().info(
            "node ended", status=result["status"], seconds=round(seconds, 3), code=code
        )

    def _returned(self, node: TaskNode, seat: Seat) -> None:
        """Its place is free if nothing comes behind it, and who has it now may have the seat."""
        if not self._held.schedule.is_last(node.id):
            return
        if seat.is_wanted:
            # Who waits for a part of it has told its start already, and goes first.
            seat.leave()
        self._behind = self._on_over()
        if self._behind:
            self._behind.offer(seat)

    async def _give_way(self) -> None:
        """Lets the next task begin first: what this one still has to do holds up nobody."""
        behind, self._behind = self._behind, None
        if behind:
            call_off = self._parts.clock.after(GIVE_WAY_S, behind.acts)
            await behind.has_acted.wait()
            call_off()

    async def _start_is_told(self) -> None:
        """On its way before the handler acts: whatever that does to this process, the attempt
        counts. Where the start deadline may have passed Redis has to answer first."""
        if self._may_begin_unasked():
            await self.reports.sent()
            return
        await self.reports.told()
        self._held.unasked_until = inf

    def _may_begin_unasked(self) -> bool:
        return self._parts.clock.elapsed() < self._held.unasked_until

    def _start_of(self, node: TaskNode) -> ReportItem:
        data = {
            "attempt": node.attempt,
            "executor": self._held.steps.consumer,
            "engine": self._held.engines[node.id],
        }
        return ReportItem("note", node.id, "node.started", orjson.dumps(data))

    def _hear(self, node_id: str, kind: str, data: Values) -> None:
        {
            "progress": self._notes.progress,
            "preview": self._notes.preview,
            "log": self._notes.log,
        }[kind](node_id, data)

    def _note(self, node_id: str, note_type: str, data: Values) -> None:
        body = orjson.dumps(data)
        self.reports.add(
            ReportItem("note", node_id, note_type, body), None if self._is_over else NOTE_HOLD_S
        )

    def _on_end(self, node: TaskNode, is_last: bool) -> None:
        """The last result needs no report of its own: it travels with the settle."""
        result = self._results.get(node.id)
        if result is None:
            return
        self._is_over = is_last
        self._notes.ended(node.id)
        item = ReportItem("result", node.id, "", orjson.dumps(result))
        self.reports.add(item, None if is_last else 0.0)

    def _on_answer(self, answer: str) -> None:
        if answer == "cancel":
            self._held.stop(StopReason.CANCELED)
        elif answer == "closed":
            self._held.stop(StopReason.CLOSED)
