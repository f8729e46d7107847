"""Keeps this process's secrets from its children and neighbours, once they have been read."""

import ctypes
import os
import sys
from collections.abc import Iterable

_PR_SET_DUMPABLE = 4


def hide(names: Iterable[str]) -> None:
    """Overwrite variables where the system shows them (`/proc/<pid>/environ`, `ps e`), and close
    this process's memory to those of the same user (Linux)."""
    names = list(names)
    libc = ctypes.CDLL(None)
    wanted = tuple(f"{name}=".encode() for name in names)
    at = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ")
    for i in range(len(os.environ) + 1):
        if not at[i]:
            break
        entry = ctypes.string_at(at[i])
        if entry.startswith(wanted):
            begin = entry.index(b"=") + 1
            ctypes.memset(at[i] + begin, 0, len(entry) - begin)
    for name in names:
        os.environ.pop(name, None)
    if sys.platform == "linux":
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
