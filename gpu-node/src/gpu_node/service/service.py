"""Makes the parts of the executor and takes them down in the reverse order."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from ulid import ULID

from gpu_node.children.breaker import Breaker
from gpu_node.children.child import ChildSettings
from gpu_node.children.limits import Limits
from gpu_node.children.places import Places
from gpu_node.children.pool import ChildPool
from gpu_node.config import Config
from gpu_node.contracts.keys import Keys
from gpu_node.executor.admission import Admission
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.artifacts import ArtifactStore
from gpu_node.executor.background import Background
from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.executor import Connections, Executor
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.intake import Intake
from gpu_node.executor.lease import LOST_AFTER, Leases
from gpu_node.executor.node_checks import NodeChecks
from gpu_node.executor.node_runner import NodeRunner
from gpu_node.executor.puller import Puller
from gpu_node.executor.task_checks import TaskChecks
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.executor.task_run import RunGraph, TaskParts
from gpu_node.executor.task_runner import TaskRunner
from gpu_node.gate import Gate
from gpu_node.handlers.registry import Registry, load_registry
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.clients import (
    Client,
    create_command_client,
    create_listener,
    create_reader_client,
)
from gpu_node.redis.health import check_redis, refuse_cluster
from gpu_node.redis.steps import PoolSteps
from gpu_node.service.capacity import count_long_slots, count_slots
from gpu_node.service.work_root import WorkRoot

WAITERS = 8
"""Calls of services at once; their processes are started when they are needed."""


class Service:
    """One executor; `run` until `stop` is set."""

    def __init__(
        self,
        config: Config,
        gate: Gate,
        child_environment: Mapping[str, str],
        readiness: Readiness,
        metrics: Metrics,
        run_graph: RunGraph | None = None,
    ) -> None:
        """`run_graph` takes the place of LangGraph, for measuring what that costs."""
        self._run_graph = run_graph
        self.executor_id = make_executor_id()
        self._config = config
        self._gate = gate
        self._children = ChildSettings(
            extensions=config.extensions,
            environment=child_environment,
            limits=Limits(
                confinement=config.confinement,
                network=False,
                memory_mb=config.child_memory_mb,
                cpu_s=config.child_cpu_s,
                file_mb=config.child_file_mb,
                open_files=config.child_open_files,
                hidden_files=config.secret_files,
            ),
            patience_s=LOST_AFTER * config.lease_ms / 1000,
        )
        self._readiness = readiness
        self._metrics = metrics
        readiness.wait_for("langgraph", "LangGraph is not imported yet.")
        readiness.wait_for("engines", "The engines are not known yet.")
        readiness.wait_for("announce", "The registry has not been told yet.")

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop`; raises where a part of it fails for good."""
        config = self._config
        async with AsyncExitStack() as stack:
            registry = load_registry(config.extensions)
            slots = count_slots(config.slots)
            root = WorkRoot(config.data_dir, self.executor_id)
            stack.callback(root.close)
            store = ArtifactStore(config)
            stack.callback(store.close)
            commands = _closing(stack, create_command_client(config.redis_url))
            await refuse_cluster(commands)
            keys = Keys(config.prefix)
            self._readiness.add_check("Redis", lambda: check_redis(commands, keys, config.pool))
            self._readiness.add_check("The object store", store.check)
            breaker = Breaker()
            fitness = Fitness(config.data_dir, breaker)
            self._readiness.add_check("Fitness", fitness.check)
            long = count_long_slots(config.long_slots, slots)
            places = Places(slots, long)
            children = ChildPool(self._children, places, self._metrics, breaker)
            stack.push_async_callback(children.close)
            online = replace(self._children, limits=replace(self._children.limits, network=True))
            waiters = ChildPool(online, Places(WAITERS, long), self._metrics, breaker)
            stack.push_async_callback(waiters.close)

            capabilities, run_graph = await self._learn(registry, children, waiters)
            nodes = NodeRunner(
                registry=registry,
                checks=NodeChecks(self._gate, registry),
                children=children,
                waiters=waiters,
                models_dir=config.models_dir,
                visible_mark=config.visible_mark,
                cache_dir=config.data_dir / "cache" if config.cache else None,
                fitness=fitness,
                show_failures=config.show_failures,
            )
            held_tasks = HeldTasks(slots, self._metrics)
            checks = TaskChecks(nodes, capabilities.checks)
            parts = TaskParts(nodes, checks, store, self._metrics, root.path, run_graph)
            runner = TaskRunner(parts, held_tasks, TaskMemory())
            executor = self._executor(stack, commands, capabilities, runner)
            await executor.run(stop)

    async def _learn(
        self, registry: Registry, children: ChildPool, waiters: ChildPool
    ) -> tuple[Capabilities, RunGraph]:
        """What takes seconds at the start, side by side: the engines, and the import of
        LangGraph."""
        probing = asyncio.create_task(self._probe(registry, children, waiters))
        try:
            run_graph = self._run_graph or await asyncio.to_thread(_import_langgraph)
            self._readiness.done("langgraph")
            capabilities = Capabilities.of(registry, await probing)
            self._readiness.done("engines")
        finally:
            probing.cancel()
        return capabilities, run_graph

    async def _probe(
        self, registry: Registry, children: ChildPool, waiters: ChildPool
    ) -> dict[str, Any]:
        """Each handler where it will run: one that waits for a service may ask it."""
        found: dict[str, Any] = {}
        for pool, kind in ((children, "process"), (waiters, "async")):
            names = [name for name in registry.node_types if registry.kind(name) == kind]
            if names:
                found |= await pool.probe(self._config.models_dir, names)
        return found

    def _executor(
        self,
        stack: AsyncExitStack,
        commands: Client,
        capabilities: Capabilities,
        runner: TaskRunner,
    ) -> Executor:
        config = self._config
        fitness = runner.parts.nodes.fitness
        keys = Keys(config.prefix)
        shards = [f"s{i}" for i in range(config.shards)]
        steps = [PoolSteps(commands, keys, s, config.pool, self.executor_id) for s in shards]
        background = Background()
        admission = Admission(self._gate, capabilities, config.pool)
        intake = Intake(admission, runner, background, self._metrics, config.lease_ms, fitness)
        leases = Leases(config, runner.held_tasks, intake, self._metrics)
        slots = runner.held_tasks.slots
        announcer = Announcer(config, capabilities, steps, self.executor_id, slots, fitness)
        self._readiness.add_check("The announcement", announcer.check)
        return Executor(
            config=config,
            steps=steps,
            connections=Connections(
                keys=keys,
                readers=[
                    _closing(stack, create_reader_client(config.redis_url, config.block_ms))
                    for _ in shards
                ],
                listener=_closing(stack, create_listener(config.redis_url)),
            ),
            held_tasks=runner.held_tasks,
            leases=leases,
            puller=Puller(
                runner.held_tasks, intake, leases, fitness, config.block_ms, announcer.again
            ),
            announcer=announcer,
            background=background,
            readiness=self._readiness,
            metrics=self._metrics,
        )


def make_executor_id() -> str:
    """Unique per process start: a consumer name that comes back would inherit what it no longer
    knows. Nothing of the machine is in it: clients see it."""
    return f"gpu-{ULID()}"


def _closing(stack: AsyncExitStack, client: Client) -> Client:
    stack.push_async_callback(client.aclose)
    return client


def _import_langgraph() -> RunGraph:
    """Takes seconds and most of the memory, so health answers first."""
    from gpu_node.executor.task_graph import run_task_graph

    return run_task_graph
