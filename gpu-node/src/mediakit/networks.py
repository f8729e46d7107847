"""Says when an engine's network is loaded, to whoever wants to know what this process holds."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Network = TypeVar("_Network")

Watcher = Callable[[str], Callable[[object], None]]
"""Is told the engine before its network is loaded; what it answers is told the network then."""

_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """For as long as this process lives."""
    _watchers.append(watcher)


def network_of(engine: str) -> Callable[[Callable[_Given, _Network]], Callable[_Given, _Network]]:
    """Of a function that loads a network anew each time: what keeps it stands around it."""

    def watched(load: Callable[_Given, _Network]) -> Callable[_Given, _Network]:
        @wraps(load)
        def told(*given: _Given.args, **named: _Given.kwargs) -> _Network:
            begun = [watcher(engine) for watcher in _watchers]
            network = load(*given, **named)
            for loaded in begun:
                loaded(network)
            return network

        return told

    return watched
