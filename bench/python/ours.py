"""The executor of the python plane in parts: `direct` is pull, renew, report and settle around a
direct call; `without-langgraph` is the whole service but walks a task's nodes by itself."""

import asyncio
import os
import sys
from typing import Any

import orjson
import uvloop
from gpu_node.service import service
from gpu_node.__main__ import main as run_gpu_node
from gpu_node.executor.admission import Admission
from gpu_node.executor.background import Background
from gpu_node.executor.capabilities import Capabilities
from gpu_node.config import Config, read_config
from gpu_node.contracts.keys import Keys
from gpu_node.gate import Gate
from gpu_node.handlers.registry import load_registry
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.intake import Intake
from gpu_node.executor.lease import Leases
from gpu_node.logs import configure_logs
from gpu_node.metrics import Metrics
from gpu_node.executor.puller import Puller
from gpu_node.redis.clients import create_command_client, create_reader_client
from gpu_node.redis.reader import TaskReader
from gpu_node.redis.steps import PoolSteps, ReportItem
from gpu_node.executor.reports import STARTED_HOLD_S, Reports
from gpu_node.executor.schedule import NodeEnd
from gpu_node.executor.settle import settle_task
from noop_extension import run as noop


class DirectRunner:
    """Stands in the place of the task runner: one call, its start and its result told."""

    def __init__(self, held_tasks: HeldTasks, metrics: Metrics) -> None:
        self.held_tasks = held_tasks
        self._metrics = metrics

    async def run(self, held: HeldTask) -> None:
        """Call the handler of the task's only node, and settle."""
        await held.may_start.wait()
        task_id, node = held.task.task_id, held.task.nodes[0]
        reports = Reports(held.steps, task_id, self._metrics, lambda _answer: None)
        engine = held.engines[node.id]
        data = {"attempt": node.attempt, "executor": held.steps.consumer, "engine": engine}
        started = orjson.dumps({"type": "node.started", "node_id": node.id, "data": data})
        reports.add(ReportItem("note", node.id, "node.started", started), STARTED_HOLD_S)
        inputs = {name: source.value for name, source in node.inputs.items()}
        result: dict[str, Any] = {
            "node_id": node.id,
            "attempt": node.attempt,
            "status": "succeeded",
            "outputs": await noop(dict(node.params), inputs, None),
            "engine": engine,
        }
        reports.add(ReportItem("result", node.id, "", orjson.dumps(result)), None)
        await reports.close()
        settlement = reports.settlement("settled")
        await settle_task(held.steps, task_id, settlement, lambda: held.stop_reason is not None)
        self.held_tasks.end(task_id, settlement)


async def run_direct(config: Config, gate: Gate) -> None:
    """The loops that hold and renew tasks, and nothing else of the service."""
    metrics = Metrics()
    held_tasks = HeldTasks(config.slots, metrics)
    registry = load_registry(config.extensions)
    probed = {"python_noop": {"engines": [{"name": "bench", "available": True}]}}
    capabilities = Capabilities.of(registry, probed)
    admission = Admission(gate, capabilities, config.pool)
    runner: Any = DirectRunner(held_tasks, metrics)
    intake = Intake(admission, runner, Background(), metrics, config.lease_ms)
    leases = Leases(config, held_tasks, intake, metrics)
    keys, consumer = Keys(config.prefix), f"direct-{os.getpid()}"
    commands = create_command_client(config.redis_url)
    steps = PoolSteps(commands, keys, "s0", config.pool, consumer)
    reader = TaskReader(
        create_reader_client(config.redis_url, config.block_ms),
        keys,
        "s0",
        config.pool,
        consumer,
        config.block_ms,
    )
    await steps.announce(b"{}", "online")
    async with asyncio.TaskGroup() as group:
        group.create_task(leases.renew(steps))
        group.create_task(leases.watch())
        group.create_task(Puller(held_tasks, intake, leases, config.block_ms).pull(reader, steps))


async def walk_schedule(run: Any) -> None:
    """What `run_task_graph` does, without LangGraph."""
    running: dict[asyncio.Task[NodeEnd], Any] = {}
    while True:
        for node in run.schedule.take_ready():
            running[asyncio.create_task(run.run_node(node))] = node
        if not running:
            return
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for work in done:
            node = running.pop(work)
            run.schedule.end(node.id, work.result())
            run.on_end(node, not running)


def main(mode: str) -> None:
    """Run for ever."""
    if mode == "direct":
        gate = Gate()
        config = read_config(os.environ, gate)
        configure_logs(config.log_level)
        uvloop.run(run_direct(config, gate))
    else:
        service._import_langgraph = lambda: walk_schedule
        sys.exit(run_gpu_node([]))


if __name__ == "__main__":
    main(sys.argv[1])
