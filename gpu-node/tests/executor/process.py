"""Runs a gpu-node as the process that it is in real life."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

EXTENSION = Path(__file__).with_name("extension.py")
WITHOUT_ENGINES = Path(__file__).parents[1] / "without_engines.py"
START_S = 60.0

LogLine = dict[str, Any]


class GpuNodeProcess:
    """The process and its log."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.pid = process.pid
        self.log: list[LogLine] = []
        self.stray: list[str] = []
        self._grown = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def address(self) -> str:
        """Where health and metrics are."""
        line = next(line for line in self.log if line["msg"] == "listening")
        return f"http://127.0.0.1:{line['port']}"

    @property
    def executor_id(self) -> str:
        """Its consumer name."""
        return next(line for line in self.log if line["msg"] == "listening")["executor"]

    async def logged(self, is_it: Callable[[LogLine], bool], within_s: float = START_S) -> LogLine:
        """The first log line for which `is_it` holds."""
        async with asyncio.timeout(within_s), self._grown:
            i = 0
            while True:
                while i >= len(self.log):
                    assert not self._reading.done(), (self.log[-20:], self.stray[-20:])
                    await self._grown.wait()
                if is_it(self.log[i]):
                    return self.log[i]
                i += 1

    async def says(self, msg: str, within_s: float = START_S) -> LogLine:
        """The first log line with this message."""
        return await self.logged(lambda line: line["msg"] == msg, within_s)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the parent alone."""
        os.kill(self.pid, number)

    async def end(self) -> int:
        """Its exit status, once all that it wrote has been read."""
        await self._reading
        return await self.process.wait()

    async def _read(self) -> None:
        assert self.process.stderr
        async for line in self.process.stderr:
            async with self._grown:
                if line.startswith(b"{"):
                    self.log.append(orjson.loads(line) | {"at": time.monotonic()})
                else:
                    self.stray.append(line.decode(errors="replace"))
                self._grown.notify_all()
        async with self._grown:
            self._grown.notify_all()


def environment_of(settings: Mapping[str, object]) -> dict[str, str]:
    """Our environment with these settings and no others."""
    environment = {name: value for name, value in os.environ.items() if "GPU_NODE" not in name}
    return environment | {f"GPU_NODE_{k.upper()}": str(v) for k, v in settings.items()}


@asynccontextmanager
async def run_gpu_node(
    redis_url: str,
    folder: Path,
    wait_for: str = "executor ready",
    python: str = sys.executable,
    engines: bool = False,
    **settings: object,
) -> AsyncIterator[GpuNodeProcess]:
    """Start one and wait for a line of its log; killed at the end.

    `settings` are its variables without their prefix. With `engines` it looks for all that we
    ship, which takes half of its start.
    """
    extensions = settings.pop("extensions", EXTENSION)
    values: dict[str, object] = {
        "redis_url": redis_url,
        "port": 0,
        "data_dir": folder / "data",
        "models_dir": folder / "models",
        "s3_endpoint": "http://127.0.0.1:9",
        "s3_access_key": "none",
        "s3_secret_key": "none",
        "extensions": extensions if engines else f"{extensions},{WITHOUT_ENGINES}",
        "slots": 2,
        "block_ms": 2000,
        "log_level": "debug",
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        python,
        "-m",
        "gpu_node",
        env=environment_of(values),
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    node = GpuNodeProcess(process)
    try:
        await node.says(wait_for)
        yield node
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def is_alive(pid: int) -> bool:
    """Whether a process still runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


async def until(is_so: Callable[[], bool], within_s: float = 60) -> None:
    """Return when something outside becomes true; for what sends no event."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.005)
