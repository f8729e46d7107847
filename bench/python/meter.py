"""Measures a process and all that it has started, from outside: wall and CPU seconds between two
calls of its handlers, which leave a mark each (ledger.py).

Lines of input: `begin <pid> <file of marks>` while nothing is called, then `wait <from> <to>`: the
answer, a line of JSON, lies between the call of the one number and the call of the other.
"""

import json
import os
import sys
import time
from pathlib import Path

from gpu_node.children.guard import descendants

_LOOK_EVERY_S = 0.001
_PATIENCE_S = 60.0
_CLOCK_OF_PROCESS = 2
"""What Linux calls CPUCLOCK_SCHED: the CPU time of all threads of a process, in ns."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Tree:
    """A process with its descendants, dead ones included."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._known = self._here()

    def cpu_s(self) -> float:
        """CPU seconds so far, of those who were here at the start: it must not take long."""
        return self._of_dead() + sum(map(_cpu_s, self._known))

    def cpu_s_of_others(self) -> float:
        """CPU seconds of those who have come since."""
        return sum(map(_cpu_s, self._here() - self._known))

    def _here(self) -> set[int]:
        return {self._root, *descendants(self._root)}

    def _of_dead(self) -> float:
        fields = Path(f"/proc/{self._root}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / _TICKS


def _cpu_s(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | _CLOCK_OF_PROCESS)
    except OSError:
        return 0.0


class Meter:
    """One measurement after another."""

    def begin(self, pid: str, path: str) -> None:
        """Note who is there and how often it was called already."""
        self._tree = Tree(int(pid))
        self._path = path
        self._before = _size(path)

    def wait(self, first: str, last: str) -> None:
        """Print what lies between two calls."""
        self._reach(int(first))
        wall_s, cpu_s = time.monotonic(), self._tree.cpu_s()
        self._reach(int(last))
        wall_s, cpu_s = time.monotonic() - wall_s, self._tree.cpu_s() - cpu_s
        cpu_s += self._tree.cpu_s_of_others()
        print(json.dumps({"tasks": int(last) - int(first), "wall_s": wall_s, "cpu_s": cpu_s}))

    def _reach(self, calls: int) -> None:
        until = time.monotonic() + _PATIENCE_S
        while (heard := _size(self._path) - self._before) < calls:
            if time.monotonic() > until:
                sys.exit(f"{heard} of {calls} calls were heard within {_PATIENCE_S:g} s")
            time.sleep(_LOOK_EVERY_S)


def _size(path: str) -> int:
    return os.stat(path).st_size if os.path.exists(path) else 0


def main() -> None:
    """Until the end of the input."""
    if sys.platform != "linux":
        sys.exit("The CPU time of other processes is read on Linux only.")
    meter = Meter()
    print("ready", flush=True)
    for line in sys.stdin:
        name, *words = line.split()
        {"begin": meter.begin, "wait": meter.wait}[name](*words)
        print("done", flush=True)


if __name__ == "__main__":
    main()
