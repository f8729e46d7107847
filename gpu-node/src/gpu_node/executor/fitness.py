"""What this machine cannot do at the moment, and why: such work goes elsewhere, or waits, and
costs no attempt."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from gpu_node.children.breaker import Breaker
from gpu_node.children.resources import Resources
from gpu_node.clock import Clock

MIN_FREE_BYTES = 100 << 20
"""Below this a film may not fit any more."""
FULL_FOR_S = 10.0
"""How long the disk counts as full after somebody found it so: quotas show themselves nowhere
else."""


class Fitness:
    """Asked before work is taken, announced, and shown as not ready."""

    def __init__(
        self,
        data_dir: Path,
        breaker: Breaker,
        *,
        clock: Clock,
        free_bytes: Callable[[Path], int] | None = None,
        resources: Resources | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._breaker = breaker
        self._resources = resources
        self._clock = clock
        self._free_bytes = free_bytes or _free_bytes
        self._full_until = float("-inf")

    @property
    def resources(self) -> Mapping[str, float] | None:
        """What this machine has in all, if that is known."""
        return self._resources and self._resources.totals

    def disk_was_full(self) -> None:
        """Somebody could not write."""
        self._full_until = self._clock.elapsed() + FULL_FOR_S

    def disk(self) -> str | None:
        """Why nothing can be done at all."""
        if (
            self._clock.elapsed() < self._full_until
            or self._free_bytes(self._data_dir) < MIN_FREE_BYTES
        ):
            return "the disk is full"
        return None

    def why_not(self, node_type: str) -> str | None:
        """Why work of this type cannot be done now."""
        return (
            self.disk()
            or self._breaker.why_not(node_type)
            or (self._resources and self._resources.why_never(node_type))
        )

    def is_partly_unfit(self) -> bool:
        """Whether work of some type cannot be done now."""
        return bool(self._breaker.resting())

    async def check(self) -> str | None:
        """All of it, for the readiness."""
        whys = [self.disk(), *self._breaker.resting()]
        said = "; ".join(why for why in whys if why)
        return f"Cannot work now: {said}." if said else None


def _free_bytes(folder: Path) -> int:
    """As far as we may use them; none where no further file can be made."""
    try:
        about = os.statvfs(folder)
    except OSError:
        return 0
    has_files = about.f_files == 0 or about.f_favail > 0
    return about.f_bavail * about.f_frsize if has_files else 0
