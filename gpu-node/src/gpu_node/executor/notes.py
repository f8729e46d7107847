"""Keeps the notes of a task few: a handler may say how far it is as often as it likes; notes.ts is
its twin."""

from collections.abc import Callable
from typing import Any

from gpu_node.clock import Clock
from gpu_node.contracts.wire import EXECUTOR

PROGRESS_EVERY_S = EXECUTOR["progress_gap_ms"] / 1000
PREVIEW_EVERY_S = 1.0
LOG_BURST = float(EXECUTOR["log_burst"])

Emit = Callable[[str, str, dict[str, Any]], None]
"""Takes node id, note type and data."""


class Notes:
    """Passes on a few progress notes and 1 preview per second and task; the last is never
    dropped."""

    def __init__(self, emit: Emit, clock: Clock) -> None:
        self._emit = emit
        self._clock = clock
        self._waiting: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._next: dict[str, float] = {}
        self._timers: dict[str, Callable[[], None]] = {}
        self._log_credit = LOG_BURST
        self._log_seen = self._clock.elapsed()
        self._dropped: dict[str, int] = {}

    def progress(self, node_id: str, data: dict[str, Any]) -> None:
        """Say how far a node is."""
        self._latest((node_id, "node.progress", ""), PROGRESS_EVERY_S, data)

    def preview(self, node_id: str, data: dict[str, Any]) -> None:
        """Show a picture of a node's work, or a curve: neither takes the other's place."""
        self._latest((node_id, "node.preview", _kind_of(data)), PREVIEW_EVERY_S, data)

    def log(self, node_id: str, data: dict[str, Any]) -> None:
        """Write a line; too many are counted and dropped."""
        now = self._clock.elapsed()
        credit = self._log_credit + (now - self._log_seen) * EXECUTOR["log_lines_per_s"]
        self._log_credit, self._log_seen = min(LOG_BURST, credit), now
        if self._log_credit < 1:
            self._dropped[node_id] = self._dropped.get(node_id, 0) + 1
            return
        self._log_credit -= 1
        self._tell_dropped(node_id)
        self._emit(node_id, "node.log", data)

    def ended(self, node_id: str) -> None:
        """Emit what waits for a node that ends now."""
        for key in [key for key in self._waiting if key[0] == node_id]:
            self._emit(*key[:2], self._waiting.pop(key))
        self._tell_dropped(node_id)

    def stop(self) -> None:
        """Forget what waits."""
        for call_off in self._timers.values():
            call_off()
        self._timers.clear()
        self._waiting.clear()

    def _latest(self, key: tuple[str, str, str], every_s: float, data: dict[str, Any]) -> None:
        self._waiting[key] = data
        kind = key[1]
        if kind in self._timers:
            return
        wait_s = self._next.get(kind, 0.0) - self._clock.elapsed()
        if wait_s <= 0:
            self._emit_next(kind, every_s)
        else:
            self._arm(kind, every_s, wait_s)

    def _arm(self, kind: str, every_s: float, wait_s: float) -> None:
        self._timers[kind] = self._clock.after(wait_s, lambda: self._emit_next(kind, every_s))

    def _emit_next(self, kind: str, every_s: float) -> None:
        self._timers.pop(kind, None)
        keys = [key for key in self._waiting if key[1] == kind]
        if not keys:
            return
        self._emit(*keys[0][:2], self._waiting.pop(keys[0]))
        self._next[kind] = self._clock.elapsed() + every_s
        if len(keys) > 1:
            self._arm(kind, every_s, every_s)

    def _tell_dropped(self, node_id: str) -> None:
        count = self._dropped.pop(node_id, 0)
        if count:
            data = {"level": "warn", "message": f"{count} log lines were dropped"}
            self._emit(node_id, "node.log", data)


def _kind_of(preview: dict[str, Any]) -> str:
    return "curve" if preview["media_type"] == "application/json" else "picture"
