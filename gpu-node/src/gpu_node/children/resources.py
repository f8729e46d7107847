"""Keeps what handlers need of the machine (`resources` of a node type) within what it has;
resources.ts is its twin."""

import asyncio
from collections.abc import Callable, Mapping

CPU = "cpu"
KINDS = (CPU, "gpu", "vram_gb")

Amounts = dict[str, float]
Needs = Callable[[str], Mapping[str, float]]
"""Resources of a node type; what is not named is not needed."""


class Holding:
    """What one call holds, or waits for."""

    def __init__(self, amounts: Amounts, resources: "Resources") -> None:
        self.amounts = amounts
        self.granted = asyncio.Event()
        self._resources = resources

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for anything."""
        return self._resources.are_wanted

    def lengthened(self) -> None:
        """The work has become long: it keeps what cannot be shared, but its CPUs count no more, so
        that short work does not wait behind it."""
        self._resources.release(self, CPU)

    def leave(self) -> None:
        """The work is over, or not wanted any more."""
        self._resources.release(self, *KINDS)


class Resources:
    """Gives in order of arrival; nobody waits behind one that waits for something else."""

    def __init__(self, totals: Mapping[str, float], needs_of: Needs) -> None:
        self.totals: Amounts = {kind: float(totals.get(kind, 0)) for kind in KINDS}
        self._needs_of = needs_of
        self._free = dict(self.totals)
        self._waiting: list[Holding] = []

    def why_never(self, node_type: str) -> str | None:
        """Why this machine can never do work of a type. Fewer CPUs only make it slower."""
        needs = self._needs_of(node_type)
        lacks = [
            f"{needs[kind]:g} {kind}, and this machine has {self.totals[kind]:g}"
            for kind in KINDS
            if kind != CPU and needs.get(kind, 0) > self.totals[kind]
        ]
        return f"{node_type} needs {' and '.join(lacks)}" if lacks else None

    @property
    def are_wanted(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    async def held(self, node_type: str) -> Holding:
        """Wait until it is free; what can never be free must have been refused before."""
        needs = self._needs_of(node_type)
        amounts = {kind: min(needs.get(kind, 0), self.totals[kind]) for kind in KINDS}
        holding = Holding({kind: amount for kind, amount in amounts.items() if amount > 0}, self)
        self._waiting.append(holding)
        self._grant()
        try:
            await holding.granted.wait()
        except BaseException:
            holding.leave()
            raise
        return holding

    def release(self, holding: Holding, *kinds: str) -> None:
        """What it has of these, or waits for."""
        if not holding.granted.is_set():
            self._waiting.remove(holding)
            holding.amounts.clear()
        for kind in kinds:
            self._free[kind] += holding.amounts.pop(kind, 0)
        self._grant()

    def _grant(self) -> None:
        claimed: set[str] = set()
        for holding in list(self._waiting):
            fits = all(self._free[kind] >= amount for kind, amount in holding.amounts.items())
            if not fits or claimed & holding.amounts.keys():
                claimed |= holding.amounts.keys()
                continue
            for kind, amount in holding.amounts.items():
                self._free[kind] -= amount
            self._waiting.remove(holding)
            holding.granted.set()
