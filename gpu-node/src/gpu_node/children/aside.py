"""The second socket between parent and child: what is said to a handler while it works. The first
one is read by who works, so that a call waits for no other thread to hand it over."""

import asyncio
import os
import socket

from gpu_node.children.framing import Message, encode


class Aside:
    """The parent's end. What the socket does not take now waits until it does: of each kind the
    newest, because an older one is of a call that is over, or no news."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._waiting: dict[str, bytes] = {}
        self._rest = b""
        """Of a word that the socket has taken in part."""
        self._waits = False

    def say(self, word: Message) -> None:
        """Never lost while the process lives; where that is gone, who reads its answers hears."""
        self._waiting[word["kind"]] = encode(word)
        if not self._waits:
            self._send()

    def close(self) -> None:
        """Nothing more is said."""
        self._wait(False)
        self._waiting.clear()
        self._connection.close()

    def _send(self) -> None:
        while self._rest or self._waiting:
            if not self._rest:
                self._rest = self._waiting.pop(next(iter(self._waiting)))
            try:
                sent = self._connection.send(self._rest)
            except BlockingIOError:
                self._wait(True)
                return
            except OSError:
                self._rest = b""
                self._waiting.clear()
                break
            self._rest = self._rest[sent:]
        self._wait(False)

    def _wait(self, waits: bool) -> None:
        """For the socket to take more."""
        if waits == self._waits:
            return
        self._waits = waits
        loop = asyncio.get_running_loop()
        if waits:
            loop.add_writer(self._connection, self._send)
        else:
            loop.remove_writer(self._connection)


def give_aside(first: socket.socket) -> Aside:
    """The other end goes through the first socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(first, [b"."], [theirs.fileno()])
    ours.setblocking(False)
    return Aside(ours)


def take_aside(first: socket.socket) -> socket.socket | None:
    """The child's end, to be taken before all else that comes through the first; None where the
    parent is gone."""
    _, numbers, _, _ = socket.recv_fds(first, 1, 1)
    if not numbers:
        return None
    os.set_inheritable(numbers[0], False)
    return socket.socket(fileno=numbers[0])
