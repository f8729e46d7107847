"""Enlarges pictures tile by tile: a network's detail, held to what the picture says."""

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Self

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.upscale import network
from mediakit.upscale.models import Model
from mediakit.upscale.network import Check
from mediakit.upscale.tiles import Tile, padded_by, plan_tiles

Advance = Callable[[int, int], None]
"""Told how many tiles are done, and of how many."""
_CORES = 2
"""As `resources.cpu` of the node types that use this."""
_LIBC = ctypes.CDLL(None)
"""On glibc, freed memory stays with the process until it is asked for."""
_HELD = 0.5
"""How much of the difference between the picture and the shrunk result is put back: without it
colours drift, with all of it the noise of the picture comes back."""
_UNCHANGED = 1
"""Pixels of a film that differ by no more look the same."""


class Upscaler:
    """Enlarges by the model's factor; remembers the last picture, of which unchanged tiles are
    taken over. Give it back by `close`, or use it in a `with`: it holds up to 1 GB."""

    def __init__(self, model: Model, lanczos: float | None = None) -> None:
        """lanczos: share of a plain enlargement, in place of the model's own."""
        self._model = model
        self._lanczos = model.lanczos if lanczos is None else lanczos
        self._network: network.Network | None = network.load(model)
        self._seen: dict[Tile, Picture] = {}
        self._made = np.empty((0, 0, 3), np.uint8)
        self.reused = 0
        """Tiles that were taken over so far."""

    def enlarge(self, picture: Picture, check: Check, advance: Advance | None = None) -> Picture:
        """(h, w, 3) -> (factor h, factor w, 3); `check` is called several times a second, from
        several threads."""
        height, width = picture.shape[:2]
        margin, factor = self._model.margin, self._model.factor
        padded = padded_by(picture, margin)
        if self._made.shape != (height * factor, width * factor, 3):
            self._made, self._seen = np.empty((height * factor, width * factor, 3), np.uint8), {}
        tiles = plan_tiles(height, width, self._model.tile)
        parts = {tile: tile.with_surroundings(padded, margin) for tile in tiles}
        changed = [tile for tile in tiles if self._has_changed(tile, parts[tile])]
        self.reused += len(tiles) - len(changed)

        def work(tile: Tile) -> None:
            tile.part(self._made, factor)[:] = self._tile(parts[tile], check)
            self._seen[tile] = parts[tile].copy()

        _at_once(work, changed, lambda done: advance(done, len(changed)) if advance else None)
        return self._made.copy()

    def close(self) -> None:
        """Give the memory back to the system: the process lives on and has other work to do."""
        self._network = None
        self._seen.clear()
        if hasattr(_LIBC, "malloc_trim"):
            _LIBC.malloc_trim(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _has_changed(self, tile: Tile, part: Picture) -> bool:
        seen = self._seen.get(tile)
        return seen is None or bool((cv2.absdiff(part, seen) > _UNCHANGED).any())

    def _tile(self, part: Picture, check: Check) -> Picture:
        if self._network is None:
            raise RuntimeError("used after it was closed")
        given = part.astype(np.float32) / 255
        size = (given.shape[1] * self._model.factor, given.shape[0] * self._model.factor)
        large = np.clip(self._network(given, check), 0, 1).astype(np.float32)
        if self._lanczos:
            plain = cv2.resize(given, size, interpolation=cv2.INTER_LANCZOS4)
            large = large + np.float32(self._lanczos) * (plain - large)
        small = cv2.resize(large, given.shape[1::-1], interpolation=cv2.INTER_AREA)
        missing = cv2.resize(given - small, size, interpolation=cv2.INTER_CUBIC)
        inside = self._model.margin * self._model.factor
        return _to_bytes((large + np.float32(_HELD) * missing)[inside:-inside, inside:-inside])


def _at_once(work: Callable[[Tile], None], tiles: list[Tile], told: Callable[[int], None]) -> None:
    """All tiles, as many at a time as there are cores for; the first failure ends it."""
    with ThreadPoolExecutor(min(_CORES, _usable_cores())) as pool:
        futures = [pool.submit(work, tile) for tile in tiles]
        try:
            for done, future in enumerate(as_completed(futures), 1):
                future.result()
                told(done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _usable_cores() -> int:
    """Cores that this process may use; macOS does not tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _to_bytes(values: Floats) -> Picture:
    return np.clip(values * 255 + 0.5, 0, 255).astype(np.uint8)
