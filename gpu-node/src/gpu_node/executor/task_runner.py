"""Takes a held task from its first node to its settlement."""

from dataclasses import dataclass

import structlog

from gpu_node.executor.held_tasks import Holdings
from gpu_node.executor.hold import URGENT, HeldTask
from gpu_node.executor.settle import settle
from gpu_node.executor.task_run import TaskParts, TaskRun
from gpu_node.logs import get_logger
from gpu_node.redis.steps import Settlement


@dataclass(frozen=True)
class TaskRunner:
    """Runs any task."""

    parts: TaskParts
    holdings: Holdings

    async def run(self, held: HeldTask) -> None:
        """Work until the task is settled, or until nothing that we say about it counts any more."""
        task_id = held.task.task_id
        structlog.contextvars.bind_contextvars(run_id=held.task.run_id, task_id=task_id)
        run = TaskRun(self.parts, held)
        settlement: Settlement | None = None
        try:
            await held.may_start.wait()
            failure = await run.work()
            await run.reports.finish()
            settlement = run.settlement(failure)
            if held.stop_reason not in URGENT:
                await settle(held.steps, task_id, settlement, lambda: held.stop_reason in URGENT)
        finally:
            self.holdings.end(task_id, settlement)
            outcome = held.stop_reason.value if held.stop_reason else "settled"
            self.parts.metrics.tasks.labels(outcome).inc()
            get_logger().info("task ended", outcome=outcome, nodes=len(held.task.nodes))
            await run.files.remove()
