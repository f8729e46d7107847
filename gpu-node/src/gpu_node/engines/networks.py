"""What this process holds of networks, by engine: told as they are loaded and as they go."""

import weakref
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from mediakit import networks

OnLoaded = Callable[[str, float], None]
"""Hears the engine, and how many seconds it took."""


class HeldNetworks:
    """Of the whole process, from `watch` on."""

    def __init__(
        self, on_loaded: OnLoaded, *, elapsed: Callable[[], float], size: Callable[[], int]
    ) -> None:
        """`size`: bytes that the process holds now."""
        self._on_loaded = on_loaded
        self._elapsed = elapsed
        self._size = size
        self._numbers = count()
        self._held: dict[int, tuple[str, int]] = {}

    def watch(self) -> None:
        """Hear of all that is loaded from now on."""
        networks.watch(self._begin)

    def bytes_by_engine(self) -> dict[str, int]:
        """What the process grew by as it loaded what it still holds."""
        found: dict[str, int] = {}
        for engine, size in list(self._held.values()):
            found[engine] = found.get(engine, 0) + size
        return found

    def _begin(self, engine: str) -> Callable[[object], None]:
        began, before = self._elapsed(), self._size()

        def loaded(network: object) -> None:
            number = next(self._numbers)
            self._held[number] = engine, max(0, self._size() - before)
            # Of some it cannot be heard that they go: those are kept as long as the process lives.
            with suppress(TypeError):
                weakref.finalize(network, self._held.pop, number, None)
            self._on_loaded(engine, self._elapsed() - began)

        return loaded
