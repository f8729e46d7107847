"""How many tasks this machine runs at once."""

import os
import re
from pathlib import Path


def count_slots(configured: int, devices: Path = Path("/dev")) -> int:
    """The configured number, else one per NVIDIA GPU, else one per CPU that we may use."""
    return configured or count_gpus(devices) or _count_cpus()


def count_long_slots(configured: int, slots: int) -> int:
    """The configured number, else one fewer than tasks at once, but at least one."""
    return configured or max(1, slots - 1)


def count_gpus(devices: Path) -> int:
    """NVIDIA GPUs that this process can see."""
    try:
        return sum(1 for entry in devices.iterdir() if re.fullmatch(r"nvidia\d+", entry.name))
    except OSError:
        return 0


def _count_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
