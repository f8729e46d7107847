"""Runs the HTTP side and the executor in one loop, until a signal or a failure ends both."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Generator, Mapping

import uvicorn

from gpu_node.clock import Clock
from gpu_node.config import Config
from gpu_node.errors import CannotServe
from gpu_node.gate import Gate
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.readiness import Readiness
from gpu_node.redis.backoff import Backoff
from gpu_node.service.app import create_app
from gpu_node.service.service import Service

EXIT_FAILED = 1


class _Server(uvicorn.Server):
    """Leaves signals alone: health and metrics go on answering while the executor drains."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def serve(
    config: Config,
    gate: Gate,
    listener: socket.socket,
    child_environment: Mapping[str, str],
    *,
    clock: Clock,
    random: Callable[[], float],
) -> int:
    """The exit status: 0 after a drain, 1 after a failure. A second signal ends it at once."""
    readiness, metrics = Readiness(clock), Metrics()
    service = Service(
        config,
        gate,
        child_environment,
        readiness=readiness,
        metrics=metrics,
        clock=clock,
        backoffs=lambda: Backoff(clock, random),
    )
    settings = uvicorn.Config(
        create_app(readiness, metrics, service.engines, config.hosts),
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    server = _Server(settings)
    stop = asyncio.Event()
    _stop_on_signals(stop)
    http = asyncio.create_task(server.serve(sockets=[listener]))
    host, port = listener.getsockname()[:2]
    get_logger().info("listening", host=host, port=port, executor=service.executor_id)
    try:
        await service.run(stop)
    except asyncio.CancelledError:
        get_logger().warning("stopped without draining")
        return EXIT_FAILED
    except CannotServe as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED
    except Exception as error:
        get_logger().error("service failed", exc_info=error)
        return EXIT_FAILED
    finally:
        server.should_exit = True
        await asyncio.wait({http}, timeout=5)
        get_logger().info("stopped")
    return 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    this = asyncio.current_task()

    def ask() -> None:
        if stop.is_set() and this:
            this.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
