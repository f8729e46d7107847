"""Hears each call of a no-op handler, and writes down what a benchmark wants to know.

BENCH_LEDGER names the file. With BENCH_TASKS it gets one line of JSON per so many calls: seconds
and CPU seconds of this process. Without, one line per call: the text that came and the monotonic
clock in ns.
"""

import json
import os
import time

WARM_CALLS = 64
"""Calls at the start of a round that are not measured: the executor fills its places."""


class Ledger:
    """One per process; cheap, because all contestants pay for it."""

    def __init__(self) -> None:
        self._file = open(os.environ["BENCH_LEDGER"], "a", buffering=1)
        self._tasks = int(os.environ.get("BENCH_TASKS", "0"))
        self._calls = 0
        self._began = (0.0, 0.0)

    def write(self, **fields: object) -> None:
        """Append a line."""
        self._file.write(json.dumps(fields) + "\n")

    def hear(self, text: str) -> None:
        """A handler was called."""
        if self._tasks == 0:
            self.write(text=text, ns=time.monotonic_ns())
            return
        self._calls += 1
        if self._calls == WARM_CALLS:
            self._began = (time.monotonic(), time.process_time())
        elif self._calls == self._tasks:
            wall, cpu = self._began
            self.write(
                tasks=self._tasks - WARM_CALLS,
                wall_s=time.monotonic() - wall,
                cpu_s=time.process_time() - cpu,
            )
            self._calls = 0
