"""Bounds what a handler process keeps: memory that its libraries hold on to only ever grows."""

import ctypes
import os
from pathlib import Path

MOST_BYTES = 768 * 1024**2
"""An idle process that holds more is replaced before its next call. The largest set of models with
one film is some 500 MiB."""


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 where the kernel does not say it in /proc, or no more."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def give_back() -> None:
    """Return to the system what this process has freed, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
