"""Starts a handler's process under its guard, with two sockets to talk over: one for calls and
answers, and one for what is said to it while it works."""

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from gpu_node.children.aside import Aside, give_aside
from gpu_node.children.line import Line
from gpu_node.children.settings import ChildSettings

GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, slots=True)
class Spawned:
    """The process, our ends of its sockets, and the line whose end its guard takes for our
    death."""

    process: asyncio.subprocess.Process
    line: Line
    aside: Aside
    life: int


async def spawn(settings: ChildSettings) -> Spawned:
    """From the main thread: the kernel binds the process's life to that of the spawning thread."""
    ours, theirs = socket.socketpair()
    aside = give_aside(ours)
    guarded, life = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(GUARD)),
            *(str(guarded), str(theirs.fileno())),
            *("-X", "faulthandler", "-u", "-m", "gpu_node.children"),
            settings.limits.to_argument(),
            pass_fds=(guarded, theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env=dict(settings.environment),
        )
    except BaseException:
        os.close(life)
        ours.close()
        aside.close()
        raise
    finally:
        theirs.close()
        os.close(guarded)
    ours.setblocking(False)
    _, line = await asyncio.get_running_loop().create_connection(lambda: Line(ours), sock=ours)
    return Spawned(process, line, aside, life)
