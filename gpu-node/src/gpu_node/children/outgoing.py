"""What a handler's process says to its parent: answers, notes, and what it holds of networks."""

import os
import socket
import threading
from collections.abc import Callable

from gpu_node.children.framing import Message, encode
from gpu_node.children.memory import resident_bytes
from gpu_node.children.restraint import leave
from gpu_node.engines.networks import HeldNetworks


class Outgoing:
    """Whole messages, from any thread."""

    def __init__(self, connection: socket.socket, elapsed: Callable[[], float]) -> None:
        """`elapsed`: in seconds."""
        self._connection = connection
        self._sending = threading.Lock()
        self._networks = HeldNetworks(
            self._tell_loaded, elapsed=elapsed, size=lambda: resident_bytes(os.getpid())
        )
        self._told: dict[str, int] = {}
        """What the parent knows of the networks that are held."""

    def begin(self) -> None:
        """Tell of networks from now on."""
        self._networks.watch()

    def answer(self, message: Message) -> None:
        """What is held is told before, so that whoever has the answer knows it."""
        self._tell_held()
        self.send(message)

    def send(self, message: Message) -> None:
        """Ends the process where the parent is gone."""
        try:
            body = encode(message)
        except (TypeError, ValueError, RecursionError):
            if message["kind"] == "note":
                return
            # What a handler gave is made plain before; this is the net below.
            detail = "What the handler gave cannot be written as JSON."
            failure = {"class": "permanent", "code": "invalid-output", "detail": detail}
            body = encode({"kind": "failed", "id": message.get("id"), "extensions": {}, **failure})
        with self._sending:
            try:
                self._connection.sendall(body)
            except ConnectionError:
                leave()

    def _tell_loaded(self, engine: str, seconds: float) -> None:
        self.send({"kind": "loaded", "engine": engine, "seconds": seconds})
        self._tell_held()

    def _tell_held(self) -> None:
        """Nothing that is known."""
        held = self._networks.bytes_by_engine()
        if held != self._told:
            self._told = held
            self.send({"kind": "held", "engines": held})
