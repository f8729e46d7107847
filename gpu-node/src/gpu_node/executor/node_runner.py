"""Runs one node: inputs fetched and checked, handler called, outputs checked and stored;
node-runner.ts is its twin."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gpu_node.children.child import Done, OnNote
from gpu_node.children.failures import CannotNow, UnexpectedFailure
from gpu_node.children.pool import ChildPool, OnReturned
from gpu_node.clock import Clock
from gpu_node.contracts.wire import DEFAULTS
from gpu_node.errors import PermanentError
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.node_checks import NodeChecks
from gpu_node.executor.references import find_refs
from gpu_node.executor.task import TaskNode
from gpu_node.executor.task_files import TaskFiles
from gpu_node.handlers.registry import Registry
from gpu_node.handlers.run_context import Call
from gpu_node.problems import field_errors, is_disk_full, to_problem, unexpected

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call of which nothing is missing but its turn."""

    call: Call
    load_s: float


@dataclass(frozen=True)
class NodeRunner:
    """What is needed to run nodes of any task."""

    registry: Registry
    checks: NodeChecks
    pool_of: Callable[[str], ChildPool]
    """The processes that run a type's handler: those that compute, or those that wait for
    services; of these each call has one and its loop for itself, so that what blocks a loop blocks
    nobody else."""
    models_dir: Path
    settings: Mapping[str, Any]
    """For handlers; what they mean is theirs."""
    cache_dir: Path | None
    fitness: Fitness
    show_failures: bool
    on_failed: Callable[[str], None]
    """Hears the type of a node that has failed: its engine may be gone."""
    clock: Clock

    def prepare(
        self, held: HeldTask, node: TaskNode, inputs: Values, files: TaskFiles
    ) -> "asyncio.Task[Prepared]":
        """Check inputs and fetch their files; what goes wrong with that is told by `run`."""
        preparing = asyncio.get_running_loop().create_task(
            self._prepare(held, node, inputs, files=files)
        )
        # Nobody asks for it where the task is stopped before.
        preparing.add_done_callback(lambda task: task.cancelled() or task.exception())
        return preparing

    async def run(
        self,
        held: HeldTask,
        node: TaskNode,
        prepared: "asyncio.Future[Prepared]",
        *,
        files: TaskFiles,
        on_note: OnNote,
        on_returned: OnReturned,
        give_way: Callable[[], Awaitable[None]],
    ) -> Values:
        """The NodeResult (mail.schema.json) of one attempt; raises CannotNow, CancelledError.
        `on_returned` is called as soon as the handler has made its outputs, and `give_way` before
        they are looked at."""
        timing: dict[str, float] = {}
        engine = held.engines[node.id]
        result: Values = {"node_id": node.id, "attempt": node.attempt, "engine": engine}
        try:
            ready = await prepared
            timing["load_s"] = ready.load_s
            begun = self.clock.elapsed()
            work = self.pool_of(node.type).run
            done = await work(ready.call, on_note, node.timeout_s, held, on_returned=on_returned)
            timing["execute_s"] = self._since(begun)
            await give_way()
            await self._keep(node, done, files, timing)
            result |= {"status": "succeeded", "outputs": done.outputs, "engine": done.engine}
        except CannotNow:
            raise
        except UnexpectedFailure as error:
            result |= {"status": "failed", "problem": self.unexpected(error)}
        except Exception as error:
            if is_disk_full(error):
                self.fitness.disk_was_full()
                raise CannotNow("disk-full", "the disk is full") from error
            result |= {"status": "failed", "problem": to_problem(error)}
        if "problem" in result:
            result["problem"]["instance"] = node.id
            self.on_failed(node.type)
        return result | {"timing": timing}

    async def _prepare(
        self, held: HeldTask, node: TaskNode, inputs: Values, *, files: TaskFiles
    ) -> Prepared:
        self._check_inputs(node, inputs)
        begun = self.clock.elapsed()
        paths = await files.fetch(find_refs(self.registry.node_types[node.type].inputs, inputs))
        load_s = self._since(begun)
        call = self.to_call(held, node, inputs, files=files, paths=paths)
        self.pool_of(node.type).expect(call)
        return Prepared(call, load_s)

    def give_up(self, prepared: "asyncio.Task[Prepared]") -> None:
        """Whatever became of it: it is not expected any more."""
        if not prepared.cancel() and not prepared.cancelled() and not prepared.exception():
            call = prepared.result().call
            self.pool_of(call.type).expect_no_more(call)

    async def _keep(
        self, node: TaskNode, done: Done, files: TaskFiles, timing: dict[str, float]
    ) -> None:
        """Check what was made, and store its files."""
        self._check_outputs(node, done.outputs)
        begun = self.clock.elapsed()
        await files.upload(node.id, node.attempt, done.staged)
        timing["upload_s"] = self._since(begun)

    def to_call(
        self,
        held: HeldTask,
        node: TaskNode,
        inputs: Values,
        *,
        files: TaskFiles,
        paths: Mapping[str, Path],
    ) -> Call:
        """The node's call as a handler gets it."""
        return Call(
            run_id=held.task.run_id,
            task_id=held.task.task_id,
            shard=held.task.shard,
            node_id=node.id,
            attempt=node.attempt,
            type=node.type,
            engine=held.engines[node.id],
            work_dir=str(files.work_dir(node.id, node.attempt)),
            models_dir=str(self.models_dir),
            settings=self.settings,
            cache_dir=None if self.cache_dir is None else str(self.cache_dir),
            owner=held.task.owner,
            params={**self.registry.node_types[node.type].param_defaults, **node.params},
            inputs=inputs,
            paths={key: str(path) for key, path in paths.items()},
            traceparent=node.traceparent,
        )

    def unexpected(self, error: UnexpectedFailure) -> Values:
        """The problem of a failure that its handler did not expect."""
        return unexpected(str(error), is_shown=self.show_failures)

    def _check_inputs(self, node: TaskNode, inputs: Values) -> None:
        errors = field_errors(self.checks.params(node.type, node.params), "/params")
        errors += field_errors(self.checks.inputs(node.type, inputs), "/inputs")
        if errors:
            where = f"{errors[0]['pointer']} {errors[0]['detail']}"
            detail = f"The node {node.id} got what {node.type} does not take: {where}."
            raise PermanentError("invalid-input", detail, errors=errors)

    def _check_outputs(self, node: TaskNode, outputs: Values) -> None:
        size, most = len(orjson.dumps(outputs)), DEFAULTS["node_output_bytes"]
        if size > most:
            detail = f"The outputs are {size} bytes of JSON; {most} bytes are allowed."
            raise PermanentError("output-too-large", detail)
        errors = field_errors(self.checks.outputs(node.type, outputs), "/outputs")
        if errors:
            where = f"{errors[0]['pointer']} {errors[0]['detail']}"
            detail = f"The outputs of {node.id} do not fit {node.type}: {where}."
            raise PermanentError("invalid-output", detail, errors=errors)

    def _since(self, begun: float) -> float:
        return round(max(0.0, self.clock.elapsed() - begun), 6)
