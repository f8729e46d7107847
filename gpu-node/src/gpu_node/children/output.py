"""Takes what a child prints into the log, within limits: a library that prints in a loop must
not fill it."""

import asyncio

from gpu_node.clock import Clock
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics

MAX_LINE_BYTES = 4096
LINES_PER_S = 20.0
BURST = 200.0


async def log_output(
    stream: asyncio.StreamReader, pid: int, metrics: Metrics, clock: Clock
) -> None:
    """Read until the end; never stops reading, because a full pipe would stop the child."""
    credit, seen, dropped, rest = BURST, clock.elapsed(), 0, b""
    while chunk := await stream.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            lines.append(rest)
            rest = b""
        now = clock.elapsed()
        credit, seen = min(BURST, credit + (now - seen) * LINES_PER_S), now
        for line in lines:
            if credit < 1:
                dropped += 1
                metrics.log_lines_dropped.inc()
                continue
            if dropped:
                get_logger().warning("child output dropped", child=pid, lines=dropped)
                dropped = 0
            credit -= 1
            _log(line, pid)
    _log(rest, pid)


def _log(line: bytes, pid: int) -> None:
    text = line[:MAX_LINE_BYTES].decode(errors="replace").rstrip()
    if text:
        get_logger().info("child output", child=pid, text=text)
