"""A map that keeps only what was used last."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class RecentMap(Generic[K, V]):
    """Forgets what was used longest ago; recent-map.ts is its twin."""

    def __init__(self, limit: int) -> None:
        self._rows: OrderedDict[K, V] = OrderedDict()
        self._limit = limit

    def get(self, key: K) -> V | None:
        """The value, which is used with that."""
        if key in self._rows:
            self._rows.move_to_end(key)
        return self._rows.get(key)

    def set(self, key: K, value: V) -> None:
        """Keep a value."""
        self._rows[key] = value
        self._rows.move_to_end(key)
        if len(self._rows) > self._limit:
            self._rows.popitem(last=False)
