"""Decides whether an entry is a task that this executor can run; a pure reading of entry and
capabilities; admission.ts is its twin."""

import contextlib
from dataclasses import dataclass

import orjson

from gpu_node.executor.capabilities import Capabilities, NeverHere, Unavailable
from gpu_node.executor.node_inputs import known_inputs
from gpu_node.executor.schedule import InvalidSchedule, Schedule
from gpu_node.executor.task import Task, TaskNode, to_task
from gpu_node.gate import Gate
from gpu_node.redis.steps import Entry


@dataclass(frozen=True)
class Admitted:
    """The task, ready to run."""

    task: Task
    schedule: Schedule
    engines: dict[str, str]


class Refused(Exception):
    """It cannot run here; the message is the reason that the run shows."""


class Invalid(Refused):
    """It is not a task that anybody can run."""


class NotNow(Refused):
    """It could run here, but what it needs is away: it costs no attempt."""

    def __init__(self, reason: str, node_type: str) -> None:
        super().__init__(reason)
        self.node_type = node_type


class Admission:
    """The rules of one pool."""

    def __init__(self, gate: Gate, capabilities: Capabilities, pool: str) -> None:
        self._gate = gate
        self._capabilities = capabilities
        self._pool = pool

    def admit(self, entry: Entry, shard: str) -> Admitted:
        """The task of an entry; raises Refused."""
        task = self._read(entry, shard)
        engines = self._engines_ahead(task)
        engines |= {node.id: self._engine(node) for node in task.nodes}
        try:
            return Admitted(task, Schedule.of(task.nodes), engines)
        except InvalidSchedule as error:
            raise Invalid(str(error)) from error

    def _read(self, entry: Entry, shard: str) -> Task:
        try:
            body = orjson.loads(entry.body)
        except orjson.JSONDecodeError as error:
            raise Invalid("the task is not JSON") from error
        errors = self._gate.check("task", body)
        if errors:
            raise Invalid(
                f"the task does not fit its schema: {errors[0].pointer} {errors[0].detail}"
            )
        task = to_task(body)
        expected = (entry.task_id, shard, self._pool, "python")
        if (task.task_id, task.shard, task.pool, task.plane) != expected:
            raise Invalid("the task was given to the wrong pool, or under another name")
        return task

    def _engines_ahead(self, task: Task) -> dict[str, str]:
        """Those of nodes that are only judged; what cannot run here is judged where it runs."""
        engines: dict[str, str] = {}
        for node in task.ahead:
            with contextlib.suppress(Refused):
                engines[node.id] = self._engine(node)
        return engines

    def _engine(self, node: TaskNode) -> str:
        known = self._capabilities.registry.node_types.get(node.type)
        if known is None:
            raise Refused(f"node type {node.type} is not known here")
        if known.schema_digest != node.schema_digest:
            raise Refused(f"node type {node.type} has another schema digest here")
        try:
            return self._capabilities.engine_for(node.type, node.engine, known_inputs(node))
        except NeverHere as error:
            raise Refused(str(error)) from error
        except Unavailable as error:
            raise NotNow(str(error), node.type) from error
