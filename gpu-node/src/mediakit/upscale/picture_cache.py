"""Keeps enlarged pictures between runs: what took half a minute once is read the next time."""

import contextlib
import os
import tempfile
from pathlib import Path

import cv2

from mediakit.arrays import Picture

MAX_BYTES = 256 * 2**20


class PictureCache:
    """PNG files in one folder, named by what they were made of; the ones used least lately go
    first. Several processes may use it at once: a file appears whole or not at all.
    """

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def get(self, key: str) -> Picture | None:
        """The picture, or None; `key` is a hexadecimal digest."""
        path = self._path(key)
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
        if picture is None:
            return None
        with contextlib.suppress(OSError):
            # The file's time says when it was used last. It may have been removed meanwhile.
            os.utime(path)
        return picture.astype("uint8", copy=False)

    def put(self, key: str, picture: Picture) -> None:
        """Keep it, if there is room on the disk: without it the work is only done again."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(suffix=".part", dir=self._folder)
            try:
                with os.fdopen(number, "wb") as file:
                    file.write(cv2.imencode(".png", picture)[1].tobytes())
                os.replace(name, self._path(key))
            except BaseException:
                os.unlink(name)
                raise
            self._trim()

    def _trim(self) -> None:
        """Also what processes that died while they wrote have left: it is used least lately."""
        rows: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                facts = path.stat()
                rows.append((facts.st_mtime, facts.st_size, path))
        total = sum(size for _, size, _ in rows)
        for _, size, path in sorted(rows):
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.png"
