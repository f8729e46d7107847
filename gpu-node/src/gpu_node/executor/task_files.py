"""The local files of one task: inputs fetched once, a private directory per node, all removed
at the end."""

import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path

from gpu_node.errors import PermanentError
from gpu_node.executor.artifacts import ArtifactStore, Ref
from gpu_node.logs import get_logger


class TaskFiles:
    """Nothing is made on the disk before somebody needs it."""

    def __init__(self, root: Path, store: ArtifactStore) -> None:
        self._root = root
        self._store = store
        self._fetched: dict[str, asyncio.Task[Path]] = {}
        self._made: dict[str, Path] = {}

    def work_dir(self, node_id: str, attempt: int) -> Path:
        """Where a node may write; the handler's context makes it."""
        return self._root / f"{node_id}-{attempt}"

    async def fetch(self, refs: Iterable[Ref]) -> dict[str, Path]:
        """Local files of artifacts, by object key."""
        by_key = {ref["key"]: ref for ref in refs}
        paths = await asyncio.gather(*(self._fetch(ref) for ref in by_key.values()))
        return dict(zip(by_key, paths, strict=True))

    async def upload(self, node_id: str, attempt: int, staged: list[tuple[str, Ref]]) -> None:
        """Store what a handler has put; its files must lie in the node's directory."""
        for name, ref in staged:
            path = _confined(Path(name), self.work_dir(node_id, attempt))
            if path is None:
                detail = f"{ref['name']} lies outside the task's directory."
                raise PermanentError("invalid-output", detail)
            await self._store.put(path, ref)
            self._made[ref["key"]] = path

    async def remove(self) -> None:
        """Delete all files of the task."""
        for fetch in self._fetched.values():
            fetch.cancel()
        if self._fetched:
            await asyncio.wait(self._fetched.values())
        if self._root.exists():
            await asyncio.to_thread(shutil.rmtree, self._root, ignore_errors=True)
            if self._root.exists():
                get_logger().warning("task directory not removed", path=str(self._root))

    async def _fetch(self, ref: Ref) -> Path:
        made = self._made.get(ref["key"])
        if made:
            return made
        fetch = self._fetched.get(ref["key"])
        if fetch is None or (fetch.done() and (fetch.cancelled() or fetch.exception())):
            fetch = asyncio.get_running_loop().create_task(self._download(ref))
            self._fetched[ref["key"]] = fetch
        return await asyncio.shield(fetch)

    async def _download(self, ref: Ref) -> Path:
        """A file named by its digest alone: what the client called it must not decide how it is
        read."""
        target = self._root / "inputs" / ref["sha256"]
        await self._store.get(ref, target)
        return target


def _confined(path: Path, root: Path) -> Path | None:
    """The path without links, or None where it leads out of `root`."""
    real = path.resolve()
    return real if real.is_relative_to(root.resolve()) else None
