"""Puts the parts of the executor together."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from gpu_node.children.pools import Pools
from gpu_node.clock import Clock
from gpu_node.config import Config
from gpu_node.contracts.keys import Keys
from gpu_node.executor.admission import Admission
from gpu_node.executor.announcer import Announcer
from gpu_node.executor.artifacts import ArtifactStore
from gpu_node.executor.background import Background
from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.drain_hint import bell_of
from gpu_node.executor.executor import Connections, Executor
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.intake import Intake
from gpu_node.executor.lease import Leases
from gpu_node.executor.node_checks import NodeChecks
from gpu_node.executor.node_runner import NodeRunner
from gpu_node.executor.prober import Prober
from gpu_node.executor.puller import Puller
from gpu_node.executor.task_checks import TaskChecks
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.executor.task_parts import RunGraph, TaskParts
from gpu_node.executor.task_runner import TaskRunner
from gpu_node.gate import Gate
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.backoff import Backoffs
from gpu_node.redis.clients import Client, create_listener, create_reader_client
from gpu_node.redis.steps import PoolSteps
from gpu_node.service.engines import Engines


@dataclass(frozen=True)
class Box:
    """What an executor is made of on this machine."""

    executor_id: str
    slots: int
    tasks_dir: Path
    fitness: Fitness
    pools: Pools
    capabilities: Capabilities
    store: ArtifactStore
    commands: Mapping[str, Client]
    """By shard."""
    run_graph: RunGraph
    engines: Engines
    clock: Clock
    backoffs: Backoffs


def assemble(
    stack: AsyncExitStack,
    config: Config,
    gate: Gate,
    *,
    box: Box,
    readiness: Readiness,
    metrics: Metrics,
) -> Executor:
    """The executor, not yet running; its connections are closed with the stack."""
    keys = Keys(config.prefix)
    clock, backoffs = box.clock, box.backoffs
    background = Background()
    steps = _steps(config, keys, box, on_result=bell_of(config.drain_url, background, stack))
    shards = [each.shard for each in steps]
    fitness, capabilities = box.fitness, box.capabilities
    announcer = Announcer(
        config,
        capabilities,
        steps,
        executor_id=box.executor_id,
        slots=box.slots,
        fitness=fitness,
        clock=clock,
        backoff=backoffs(),
    )
    readiness.add_check("The announcement", announcer.check)
    prober = Prober(
        lambda types: box.pools.probe(config.models_dir, types),
        capabilities,
        config.probe_ms / 1000,
        on_change=announcer.again,
        clock=clock,
    )
    box.engines.prober = prober
    announcer.on_probe = lambda order: _probe(prober, announcer, order)
    runner = _runner(config, gate, box, prober=prober, metrics=metrics)
    admission = Admission(gate, capabilities, config.pool)
    intake = Intake(
        admission,
        runner,
        background,
        metrics=metrics,
        lease_ms=config.lease_ms,
        fitness=fitness,
        clock=clock,
        backoffs=backoffs,
        on_absent=prober.ask,
    )
    leases = Leases(config, runner.held_tasks, intake, metrics, clock=clock)
    readers = [
        create_reader_client(config.redis_url, config.read_ms, config.service_token, shard=shard)
        for shard in shards
    ]
    return Executor(
        config=config,
        steps=steps,
        connections=Connections(
            keys=keys,
            readers=[closing(stack, reader) for reader in readers],
            listener=closing(stack, create_listener(config.redis_url, config.service_token)),
        ),
        held_tasks=runner.held_tasks,
        leases=leases,
        puller=Puller(
            runner.held_tasks,
            intake,
            leases,
            fitness=fitness,
            block_ms=config.read_ms,
            on_back=announcer.again,
            clock=clock,
            backoffs=backoffs,
        ),
        announcer=announcer,
        background=background,
        readiness=readiness,
        metrics=metrics,
        backoffs=backoffs,
        clock=clock,
    )


def _probe(prober: Prober, announcer: Announcer, order: int) -> None:
    """Ask all engines, as operators have ordered."""
    prober.ask_all().add_done_callback(lambda _: announcer.probed(order))


def _steps(config: Config, keys: Keys, box: Box, on_result: Callable[[], None]) -> list[PoolSteps]:
    """Of each shard."""
    return [
        PoolSteps(
            client,
            keys,
            shard,
            pool=config.pool,
            consumer=box.executor_id,
            clock=box.clock,
            on_result=on_result,
        )
        for shard, client in box.commands.items()
    ]


def closing(stack: AsyncExitStack, client: Client) -> Client:
    """The client, to be closed with the stack."""
    stack.push_async_callback(client.aclose)
    return client


def _runner(
    config: Config, gate: Gate, box: Box, *, prober: Prober, metrics: Metrics
) -> TaskRunner:
    registry, pools = box.capabilities.registry, box.pools
    nodes = NodeRunner(
        registry=registry,
        checks=NodeChecks(gate, registry),
        pool_of=lambda node_type: pools.of(registry.kind(node_type)),
        models_dir=config.models_dir,
        settings=config.settings,
        cache_dir=config.data_dir / "cache" if config.cache else None,
        fitness=box.fitness,
        show_failures=config.show_failures,
        on_failed=lambda node_type: prober.ask([node_type]),
        clock=box.clock,
    )
    checks = TaskChecks(nodes, box.capabilities.has_check)
    parts = TaskParts(
        nodes=nodes,
        checks=checks,
        store=box.store,
        metrics=metrics,
        tasks_dir=box.tasks_dir,
        run_graph=box.run_graph,
        clock=box.clock,
        backoffs=box.backoffs,
    )
    return TaskRunner(parts, HeldTasks(box.slots, metrics, box.clock), TaskMemory())
