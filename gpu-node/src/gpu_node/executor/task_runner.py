"""Takes a held task from its first node to its ending; task-runner.ts is its twin."""

from dataclasses import dataclass

import structlog

from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import URGENT, HeldTask
from gpu_node.executor.settle import settle_task
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.executor.task_parts import TaskParts
from gpu_node.executor.task_run import TaskRun
from gpu_node.logs import get_logger


@dataclass(frozen=True)
class TaskRunner:
    """Runs any task."""

    parts: TaskParts
    held_tasks: HeldTasks
    memory: TaskMemory

    async def run(self, held: HeldTask) -> None:
        """Work until the task is settled, or until nothing that we say about it counts any more."""
        task_id = held.task.task_id
        structlog.contextvars.bind_contextvars(run_id=held.task.run_id, task_id=task_id)
        run = TaskRun(self.parts, held, lambda: self.held_tasks.over(held))
        try:
            await held.may_start.wait()
            self.held_tasks.line_up(held)
            failure = await run.work()
            self.held_tasks.over(held)
            await run.reports.close()
            ending = run.ending(failure)
            self.memory.end(task_id, ending)
            if held.stop_reason not in URGENT:
                gave_up = lambda: held.stop_reason in URGENT  # noqa: E731
                await settle_task(
                    held.steps, task_id, ending, gave_up, backoff=self.parts.backoffs()
                )
        finally:
            self.held_tasks.remove(task_id)
            outcome = held.stop_reason.value if held.stop_reason else "settled"
            self.parts.metrics.tasks.labels(outcome).inc()
            get_logger().info("task ended", outcome=outcome, nodes=len(held.task.nodes))
            await run.files.remove()
