"""A file that nobody may open and a port that nobody may call, and a count of who did."""

import ctypes
import os
import shutil
import socket
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

_IN_OPEN, _IN_ACCESS = 0x20, 0x1
_IN_NONBLOCK = os.O_NONBLOCK


class Canary:
    """`path` is a genuine film, so that whatever reads it has something to show."""

    def __init__(self, folder: Path, film: Path) -> None:
        self.path = folder / "canary.mp4"
        shutil.copyfile(film, self.path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._watch = _watch(self.path) if sys.platform == "linux" else -1

    def reads(self) -> bool:
        """Whether the file has been opened since the last question (seen on Linux)."""
        try:
            return self._watch >= 0 and bool(os.read(self._watch, 1 << 16))
        except BlockingIOError:
            return False

    def calls(self) -> bool:
        """Whether somebody has connected since the last question."""
        try:
            self._listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._listener.close()
        if self._watch >= 0:
            os.close(self._watch)


def _watch(path: Path) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number = libc.inotify_init1(_IN_NONBLOCK)
    assert number >= 0, os.strerror(ctypes.get_errno())
    assert libc.inotify_add_watch(number, os.fsencode(path), _IN_OPEN | _IN_ACCESS) >= 0
    return number
