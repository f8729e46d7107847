"""Bounds what a handler process keeps: memory that its libraries hold on to only ever grows."""

import ctypes
import os

MOST_BYTES = 768 * 1024**2
"""An idle process that holds more is replaced before its next call. The largest set of models with
one film is some 500 MiB."""


_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)


def resident_bytes(pid: int) -> int:
    """Memory that a process holds; 0 where the kernel does not say it in /proc, or no more."""
    try:
        with open(f"/proc/{pid}/statm", "rb", buffering=0) as file:
            pages = int(file.read(128).split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def give_back() -> None:
    """Return to the system what this process has freed, where the C library can (glibc)."""
    if _TRIM is not None:
        _TRIM(0)
