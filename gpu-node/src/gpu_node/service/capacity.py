"""What this machine has: how many tasks it runs at once, and what handlers may use of it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
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


def find_resources(
    cpu: float, gpu: float, vram_gb: float, *, slots: int, devices: Path = Path("/dev")
) -> dict[str, float]:
    """The configured amounts; in the place of -1 what is here. A node type's `cpu` is its peak, and
    each task at once was meant to run: so there are two for each of them, or for each CPU."""
    return {
        "cpu": cpu if cpu >= 0 else 2 * max(slots, _count_cpus()),
        "gpu": gpu if gpu >= 0 else count_gpus(devices),
        "vram_gb": vram_gb if vram_gb >= 0 else count_vram_gb(),
    }


def count_vram_gb(ask: Callable[[], str] | None = None) -> float:
    """GB of memory on all NVIDIA GPUs, as their driver's own tool says; 0 without it."""
    total_mib = sum(int(line) for line in (ask or _nvidia_smi)().split() if line.isdigit())
    return total_mib * 2**20 / 10**9


def _nvidia_smi() -> str:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    wanted = ("--query-gpu=memory.total", "--format=csv,noheader,nounits")
    try:
        return subprocess.run(
            [program, *wanted], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _count_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
