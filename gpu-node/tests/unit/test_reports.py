"""When something is said behind a start that was made ready to be sent."""

import asyncio
from typing import Any, cast

from passing_clock import PassingClock, settle

from gpu_node.contracts.steps import ReportItem
from gpu_node.executor.reports import Reports
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoff

START = ReportItem("note", "a", "node.started", b"{}")
NOTE = ReportItem("note", "a", "node.progress", b"{}")


class Steps:
    """Redis, which is slow to answer what was made ready."""

    def __init__(self) -> None:
        self.said: list[list[str | None]] = []
        self.first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def ready_report(self, _task_id: str, items: list[ReportItem]) -> Any:
        def send() -> Any:
            self.said.append([item.type for item in items])
            return self.first

        return send

    async def report(
        self, _task_id: str, _first: int, items: list[ReportItem], _on_sent: Any = None
    ) -> str:
        self.said.append([item.type for item in items])
        return "ok"


async def test_a_note_right_behind_a_start_has_its_time_all_the_same() -> None:
    clock, steps = PassingClock(), Steps()
    reports = Reports(
        cast(Any, steps),
        "task",
        Metrics(),
        lambda _answer: None,
        clock=clock,
        backoff=Backoff(clock, lambda: 0.0),
    )
    reports.make_ready(START)
    reports.add(START, None)
    await reports.sent()
    # A process may have answered before the sender has had its first turn.
    reports.add(NOTE, 5.0)
    steps.first.set_result("ok")
    await settle()
    assert steps.said == [["node.started"]]
    clock.let_pass(5.0)
    await settle()
    assert steps.said == [["node.started"], ["node.progress"]]
    await reports.close()
