"""One executor from its start to its end: what it has, what it can do, and then its loops."""

import asyncio
import gc
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from ulid import ULID

from gpu_node.children.breaker import Breaker
from gpu_node.children.limits import Limits
from gpu_node.children.places import Places
from gpu_node.children.pools import Pools
from gpu_node.children.resources import Resources
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import Clock
from gpu_node.config import Config
from gpu_node.contracts.keys import Keys
from gpu_node.executor.artifacts import ArtifactStore
from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.lease import LOST_AFTER
from gpu_node.executor.task_parts import RunGraph
from gpu_node.gate import Gate
from gpu_node.handlers.registry import Registry, load_registry
from gpu_node.imports import importing
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.backoff import Backoffs
from gpu_node.redis.clients import Client, create_command_client, is_cluster
from gpu_node.redis.health import check_redis, refuse_unfit
from gpu_node.service.assembly import Box, assemble, closing
from gpu_node.service.capacity import count_long_slots, count_slots, find_resources
from gpu_node.service.engines import Engines
from gpu_node.service.work_root import WorkRoot


class Service:
    """One executor; `run` until `stop` is set."""

    def __init__(
        self,
        config: Config,
        gate: Gate,
        child_environment: Mapping[str, str],
        *,
        readiness: Readiness,
        metrics: Metrics,
        clock: Clock,
        backoffs: Backoffs,
        run_graph: RunGraph | None = None,
    ) -> None:
        """`run_graph` takes the place of LangGraph, for measuring what that costs."""
        self._run_graph = run_graph
        self._clock = clock
        self._backoffs = backoffs
        self.executor_id = make_executor_id()
        self.engines = Engines()
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
            settings=config.settings,
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
            root = WorkRoot(config.data_dir, self.executor_id)
            stack.callback(root.close)
            store = ArtifactStore(config, self._clock, self._metrics)
            stack.callback(store.close)
            commands = await self._connect(stack)
            self._readiness.add_check("The object store", store.check)
            slots = count_slots(config.slots)
            fitness, pools = await self._machine(registry, slots)
            stack.push_async_callback(pools.close)
            self._readiness.add_check("Fitness", fitness.check)
            capabilities = Capabilities(registry)
            run_graph = await self._learn(capabilities, pools)
            box = Box(
                executor_id=self.executor_id,
                slots=slots,
                tasks_dir=root.path,
                fitness=fitness,
                pools=pools,
                capabilities=capabilities,
                store=store,
                commands=commands,
                run_graph=run_graph,
                engines=self.engines,
                clock=self._clock,
                backoffs=self._backoffs,
            )
            executor = assemble(
                stack, config, self._gate, box=box, readiness=self._readiness, metrics=self._metrics
            )
            # What was loaded until now is no garbage: nobody needs to look through it again.
            gc.freeze()
            async with asyncio.TaskGroup() as group:
                probing = group.create_task(self.engines.run())
                await executor.run(stop)
                probing.cancel()

    async def _connect(self, stack: AsyncExitStack) -> dict[str, Client]:
        """The clients for commands, by shard: one for all, or in a cluster one for each."""
        config, keys = self._config, Keys(self._config.prefix)
        shards = [f"s{i}" for i in range(config.shards)]
        clustered = is_cluster(config.redis_url)
        clients = {
            shard: closing(
                stack, create_command_client(config.redis_url, config.service_token, shard=shard)
            )
            for shard in (shards if clustered else shards[:1])
        }
        check = partial(check_redis, clients, keys, config.pool, is_cluster=clustered)
        self._readiness.add_check("Redis", partial(check, clock=self._clock))
        # Side by side: one that is away keeps nobody waiting for its turn.
        looks = (refuse_unfit(client, is_cluster=clustered) for client in clients.values())
        await asyncio.gather(*looks)
        return {shard: clients.get(shard, clients["s0"]) for shard in shards}

    async def _machine(self, registry: Registry, slots: int) -> tuple[Fitness, Pools]:
        """What this machine has for handlers, and the processes that share it."""
        config = self._config
        totals = await asyncio.to_thread(
            find_resources, config.cpu, config.gpu, config.vram_gb, slots=slots
        )
        resources, breaker = Resources(totals, registry.needs), Breaker(self._clock)
        fitness = Fitness(config.data_dir, breaker, clock=self._clock, resources=resources)
        places = Places(slots, count_long_slots(config.long_slots, slots), self._clock)
        return fitness, Pools(
            registry,
            self._children,
            places,
            metrics=self._metrics,
            breaker=breaker,
            resources=resources,
        )

    async def _learn(self, capabilities: Capabilities, pools: Pools) -> RunGraph:
        """What takes seconds at the start, side by side: the engines, and the import of
        LangGraph."""
        types = list(capabilities.registry.node_types)
        probing = asyncio.create_task(pools.probe(self._config.models_dir, types))
        try:
            run_graph = self._run_graph or await asyncio.to_thread(_import_langgraph)
            self._readiness.done("langgraph")
            capabilities.learn(await probing)
            self._readiness.done("engines")
        finally:
            probing.cancel()
        return run_graph


def make_executor_id() -> str:
    """Unique per process start: a consumer name that comes back would inherit what it no longer
    knows. Nothing of the machine is in it: clients see it."""
    return f"gpu-{ULID()}"


def _import_langgraph() -> RunGraph:
    """Takes seconds and most of the memory, so health answers first."""
    with importing():
        from gpu_node.executor.task_graph import run_task_graph

    return run_task_graph
