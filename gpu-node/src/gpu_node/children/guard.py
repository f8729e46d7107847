"""Stands between the service and one handler process; when either dies it takes down everything
that the handler has started, in sessions of their own too.

It is run as a file, by the bare interpreter, so that it starts at once and stays small.
Arguments: the file number of its life line (a pipe that only the service holds at the other end),
the handler's socket, and what the handler's interpreter gets before both of its own arguments.
"""

import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time
from typing import NoReturn

_PR_SET_CHILD_SUBREAPER = 36
_LOOK_EVERY_S = 1.0
_GIVE_UP_S = 5.0
"""What cannot be killed within this time (it waits in the kernel) is left."""
_IS_LINUX = sys.platform == "linux"


def main() -> NoReturn:
    """End as the handler ended."""
    life, connection = int(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if _IS_LINUX:
        # Orphans come to us, however they have left their group and session.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    handler = _start(life, connection, sys.argv[3:])
    os.close(connection)
    seen: dict[int, str] = {}
    status = None
    while status is None:
        ready, _, _ = select.select([life, wake], [], [], None if _IS_LINUX else _LOOK_EVERY_S)
        if wake in ready:
            os.read(wake, 4096)
        if not _IS_LINUX:
            seen |= descendants(os.getpid())
        status = _reap(handler)
        if life in ready:
            break
    # The service may hear of an end before we do: how the handler itself ended is what counts.
    status = end_all(seen, handler, status)
    _end_like(int(signal.SIGKILL) if status is None else status)


def _start(life: int, connection: int, arguments: list[str]) -> int:
    guard = os.getpid()
    handler = os.fork()
    if handler == 0:
        try:
            os.close(life)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.set_inheritable(connection, True)
            own = [str(connection), str(guard)]
            os.execv(sys.executable, [sys.executable, *arguments, *own])
        finally:
            os._exit(127)
    return handler


def _reap(handler: int) -> int | None:
    """Take all dead children away; the handler's status if it is among them."""
    status = None
    while True:
        try:
            pid, code = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == handler:
            status = code


def end_all(seen: dict[int, str], handler: int, status: int | None) -> int | None:
    """Kill all descendants until none is left, and what was seen to be one, if it still is the
    same process. Answers the handler's status, which is waited for where it is not known yet."""
    deadline = time.monotonic() + _GIVE_UP_S
    while time.monotonic() < deadline:
        left = descendants(os.getpid())
        if seen:
            now = processes()
            left |= {p: s for p, s in seen.items() if p in now and now[p][1] == s}
        # A process shows as ended before its last thread has; only then its status is told.
        if not left and status is not None:
            break
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                seen.pop(pid, None)
        ended = _reap(handler)
        status = status if ended is None else ended
        time.sleep(0.002)
    ended = _reap(handler)
    return status if ended is None else ended


def descendants(root: int) -> dict[int, str]:
    """Processes below `root`, with the time at which each began."""
    table = processes()
    found: dict[int, str] = {}
    rest = [root]
    while rest:
        parent = rest.pop()
        below = [pid for pid, (above, _) in table.items() if above == parent and pid not in found]
        found |= {pid: table[pid][1] for pid in below}
        rest += below
    return found


def processes() -> dict[int, tuple[int, str]]:
    """Parent and time of begin of each process of this machine that is no zombie."""
    return _from_proc() if _IS_LINUX else _from_ps()


def _from_proc() -> dict[int, tuple[int, str]]:
    table: dict[int, tuple[int, str]] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] != "Z":
            table[int(name)] = (int(fields[1]), fields[19])
    return table


def _from_ps() -> dict[int, tuple[int, str]]:
    listing = subprocess.Popen(
        ["ps", "-axo", "pid=,ppid=,stat=,lstart="], stdout=subprocess.PIPE, text=True
    )
    text, _ = listing.communicate()
    rows = (line.split(None, 3) for line in text.splitlines())
    return {
        int(row[0]): (int(row[1]), row[3])
        for row in rows
        if len(row) == 4 and not row[2].startswith("Z") and int(row[0]) != listing.pid
    }


def _end_like(status: int) -> NoReturn:
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(number, signal.SIG_DFL) if number != signal.SIGKILL else None
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


if __name__ == "__main__":
    main()
