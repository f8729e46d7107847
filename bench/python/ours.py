"""The executor of the python plane in parts: `direct` is pull, renew, report and settle around a
direct call; `without-langgraph` is the whole service but walks a task's nodes by itself."""

import asyncio
import os
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import orjson
import uvloop
from gpu_node.__main__ import main as run_gpu_node
from gpu_node.children.breaker import Breaker
from gpu_node.clock import Clock, SystemClock, system_random
from gpu_node.config import Config, read_config
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.steps import ReportItem
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.admission import Admission
from gpu_node.executor.background import Background
from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.graph_run import run_directly
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.intake import Intake
from gpu_node.executor.lease import Leases
from gpu_node.executor.puller import Puller
from gpu_node.executor.reports import Reports
from gpu_node.executor.settle import settle_task
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.gate import Gate
from gpu_node.handlers.registry import load_registry
from gpu_node.logs import configure_logs
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoff, Backoffs
from gpu_node.redis.clients import create_command_client, create_reader_client
from gpu_node.redis.reader import TaskReader
from gpu_node.redis.steps import PoolSteps
from gpu_node.secret_files import SecretFiles
from gpu_node.service import service
from noop_extension import run as noop


class DirectRunner:
    """Stands in the place of the task runner: one call, its start and its result told."""

    def __init__(
        self,
        held_tasks: HeldTasks,
        metrics: Metrics,
        clock: Clock,
        backoffs: Backoffs,
        *,
        settings: Mapping[str, Any],
    ) -> None:
        self.held_tasks = held_tasks
        self.memory = TaskMemory()
        self._metrics = metrics
        self._clock = clock
        self._backoffs = backoffs
        self._context = SimpleNamespace(settings=settings)

    async def run(self, held: HeldTask) -> None:
        """Call the handler of the task's only node, and settle."""
        await held.may_start.wait()
        task_id, node = held.task.task_id, held.task.nodes[0]
        reports = Reports(
            held.steps,
            task_id,
            self._metrics,
            lambda _answer: None,
            clock=self._clock,
            backoff=self._backoffs(),
        )
        engine = held.engines[node.id]
        started = {"attempt": node.attempt, "executor": held.steps.consumer, "engine": engine}
        note = ReportItem("note", node.id, "node.started", orjson.dumps(started))
        reports.add(note, EXECUTOR["note_hold_ms"] / 1000)
        inputs = {name: source.value for name, source in node.inputs.items()}
        result: dict[str, Any] = {
            "node_id": node.id,
            "attempt": node.attempt,
            "status": "succeeded",
            "outputs": await noop(dict(node.params), inputs, self._context),
            "engine": engine,
        }
        reports.add(ReportItem("result", node.id, "", orjson.dumps(result)), None)
        await reports.close()
        ending = reports.ending("settled")
        self.memory.end(task_id, ending)
        gave_up = lambda: held.stop_reason is not None  # noqa: E731
        await settle_task(held.steps, task_id, ending, gave_up, backoff=self._backoffs())
        self.held_tasks.remove(task_id)


async def run_direct(config: Config, gate: Gate) -> None:
    """The loops that hold and renew tasks, and nothing else of the service."""
    metrics, clock = Metrics(), SystemClock()
    backoffs = lambda: Backoff(clock, system_random)  # noqa: E731
    held_tasks = HeldTasks(config.slots, metrics, clock)
    capabilities = Capabilities(load_registry(config.extensions))
    capabilities.learn({"python_noop": {"engines": [{"name": "bench", "available": True}]}})
    admission = Admission(gate, capabilities, config.pool)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    fitness = Fitness(config.data_dir, Breaker(clock), clock=clock)
    runner = DirectRunner(held_tasks, metrics, clock, backoffs, settings=config.settings)
    intake = Intake(
        admission,
        runner,
        Background(),
        metrics=metrics,
        lease_ms=config.lease_ms,
        fitness=fitness,
        clock=clock,
        backoffs=backoffs,
    )
    leases = Leases(config, held_tasks, intake, metrics, clock=clock)
    keys, consumer = Keys(config.prefix), f"direct-{os.getpid()}"
    commands = create_command_client(config.redis_url, config.service_token)
    steps = PoolSteps(commands, keys, "s0", pool=config.pool, consumer=consumer, clock=clock)
    reading = create_reader_client(config.redis_url, config.block_ms, config.service_token)
    reader = TaskReader(
        reading,
        keys,
        "s0",
        pool=config.pool,
        consumer=consumer,
        block_ms=config.block_ms,
        clock=clock,
    )
    puller = Puller(
        held_tasks,
        intake,
        leases,
        fitness=fitness,
        block_ms=config.block_ms,
        on_back=lambda: None,
        clock=clock,
        backoffs=backoffs,
    )
    await steps.announce(b"{}", "online")
    async with asyncio.TaskGroup() as group:
        group.create_task(leases.renew(steps))
        group.create_task(leases.watch())
        group.create_task(puller.pull(reader, steps))


def main(mode: str) -> None:
    """Run for ever."""
    if mode == "direct":
        gate = Gate()
        config = read_config(os.environ, gate, SecretFiles().read)
        configure_logs(config.log_level)
        uvloop.run(run_direct(config, gate))
    else:
        # The service imports LangGraph here, and is to do without.
        setattr(service, "_import_langgraph", lambda: run_directly)  # noqa: B010 (private)
        sys.exit(run_gpu_node([]))


if __name__ == "__main__":
    main(sys.argv[1])
