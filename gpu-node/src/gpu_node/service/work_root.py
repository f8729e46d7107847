"""The directory under which this process keeps its tasks' files; what dead processes left is
removed."""

import fcntl
import shutil
from pathlib import Path
from typing import IO

from gpu_node.logs import get_logger


class WorkRoot:
    """`<data_dir>/tasks/<executor id>`, marked as alive by a lock that ends with the process."""

    def __init__(self, data_dir: Path, executor_id: str) -> None:
        parent = data_dir / "tasks"
        self.path = parent / executor_id
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.path)
        for other in parent.iterdir():
            if other != self.path and other.is_dir():
                _remove_if_dead(other)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock:
            self._lock.close()


def _remove_if_dead(folder: Path) -> None:
    lock = _lock(folder)
    if lock:
        get_logger().info("left-over task files removed", folder=folder.name)
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def _lock(folder: Path) -> IO[bytes] | None:
    """The folder's lock, or None while its process lives."""
    file = (folder / ".lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
