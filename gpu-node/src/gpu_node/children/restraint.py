"""What a handler's process does to itself before it works: it gives up what it must not have and
ties its life to its parent's."""

import ctypes
import os
import signal
import sys
from typing import NoReturn

from gpu_node.children.confinement import NotConfined, confine
from gpu_node.children.limits import Limits

_PR_SET_PDEATHSIG = 1
_ORPHANED = 75


def restrain(limits: Limits, parent_pid: int) -> str:
    """Answers why the process is not confined; nothing if it is, or shall not be."""
    # A change of namespaces would undo the binding.
    unconfined = "" if limits.confinement == "off" else _confine(limits)
    _bind_to_parent(parent_pid)
    limits.hold()
    return unconfined


def leave() -> NoReturn:
    """End at once."""
    os._exit(_ORPHANED)


def _confine(limits: Limits) -> str:
    try:
        confine(limits.network, limits.hidden_files)
    except NotConfined as error:
        return str(error)
    return ""


def _bind_to_parent(parent_pid: int) -> None:
    """Die with the parent, and be the first to go when the machine runs out of memory."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("700")
        except OSError:
            pass
    if os.getppid() != parent_pid:
        leave()
