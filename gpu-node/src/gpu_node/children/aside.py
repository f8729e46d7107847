"""The second socket between parent and child: what is said to a handler while it works. The first
one is read by who works, so that a call waits for no other thread to hand it over."""

import os
import socket


def give_aside(first: socket.socket) -> socket.socket:
    """The parent's end, which does not block; the other goes through the first socket."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(first, [b"."], [theirs.fileno()])
    ours.setblocking(False)
    return ours


def take_aside(first: socket.socket) -> socket.socket | None:
    """The child's end, to be taken before all else that comes through the first; None where the
    parent is gone."""
    _, numbers, _, _ = socket.recv_fds(first, 1, 1)
    if not numbers:
        return None
    os.set_inheritable(numbers[0], False)
    return socket.socket(fileno=numbers[0])
