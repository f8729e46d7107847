"""Lets handlers judge what is known of a task's nodes before the first of them begins;
task-checks.ts is its twin."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpu_node.children.failures import UnexpectedFailure
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.errors import PermanentError
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.node_inputs import known_inputs
from gpu_node.executor.node_runner import NodeRunner
from gpu_node.executor.references import find_refs
from gpu_node.executor.task import TaskNode
from gpu_node.executor.task_files import TaskFiles
from gpu_node.logs import get_logger
from gpu_node.problems import field_errors, to_problem

Values = dict[str, Any]
CHECKS_WITHIN_S = EXECUTOR["checks_ms"] / 1000
"""For all checks of a task; what they have not said by then is found out by the work itself."""
MAX_FILE_BYTES = 32 << 20
"""Inputs with larger files count as not known: to fetch them takes longer than a check may."""


@dataclass(frozen=True)
class TaskChecks:
    """Judges nodes that run for certain, those of later tasks included."""

    nodes: NodeRunner
    has_check: Callable[[str], bool]
    """Whether a type's handler has a check."""

    async def refusals(self, held: HeldTask, files: TaskFiles) -> list[Values]:
        """A failed NodeResult (mail.schema.json) for each node that is refused."""
        judged = [node for node in (*held.task.nodes, *held.task.ahead) if node.check]
        found: list[Values] = []
        try:
            async with asyncio.timeout(CHECKS_WITHIN_S):  # noqa: TID251 - processes are asked
                for node in judged:
                    engine = held.engines.get(node.id)
                    problem = await self._problem(held, node, files) if engine else None
                    if problem:
                        problem["instance"] = node.id
                        head = {"node_id": node.id, "attempt": node.attempt, "engine": engine}
                        found.append({**head, "status": "failed", "problem": problem})
        except TimeoutError:
            get_logger().warning("checks cut short", within_s=CHECKS_WITHIN_S)
        return found

    async def _problem(self, held: HeldTask, node: TaskNode, files: TaskFiles) -> Values | None:
        """What makes the node fail whatever else comes; None also where that is not known."""
        try:
            known = known_inputs(node)
            self._check_values(node, known)
            if self.has_check(node.type):
                await self._ask_handler(held, node, known, files)
        except PermanentError as error:
            return to_problem(error)
        except UnexpectedFailure as error:
            return self.nodes.unexpected(error)
        except Exception as error:
            # The store is away, a process died: the node says it, and may be tried again.
            get_logger().warning("check not done", node_id=node.id, error=str(error)[:500])
        return None

    async def _ask_handler(
        self, held: HeldTask, node: TaskNode, known: Values, files: TaskFiles
    ) -> None:
        ports = self.nodes.registry.node_types[node.type].inputs
        large = {
            name
            for name, value in known.items()
            if any(ref["size"] > MAX_FILE_BYTES for ref in find_refs(ports, {name: value}))
        }
        inputs = {name: value for name, value in known.items() if name not in large}
        paths = await files.fetch(find_refs(ports, inputs))
        call = self.nodes.to_call(held, node, inputs, files=files, paths=paths)
        await self.nodes.pool_of(call.type).check(call)

    def _check_values(self, node: TaskNode, known: Values) -> None:
        """Params are all known; of the inputs, what is missing may still come."""
        errors = field_errors(self.nodes.checks.params(node.type, node.params), "/params")
        errors += [
            error
            for error in field_errors(self.nodes.checks.inputs(node.type, known), "/inputs")
            if any(f"{error['pointer']}/".startswith(f"/inputs/{name}/") for name in known)
        ]
        if errors:
            where = f"{errors[0]['pointer']} {errors[0]['detail']}"
            detail = f"The node {node.id} got what {node.type} does not take: {where}."
            raise PermanentError("invalid-input", detail, errors=errors)
