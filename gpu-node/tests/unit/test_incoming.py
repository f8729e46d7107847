"""What a handler's process takes from its socket."""

import socket

import pytest

from gpu_node.children.framing import Incoming, encode


def test_messages_come_one_after_the_other_and_then_the_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        said = [{"kind": "call", "n": 1}, {"kind": "call", "text": "x" * 200_000}]
        incoming = Incoming(theirs)
        data = b"".join(map(encode, said))
        ours.sendall(data[:100_000])
        assert incoming.next() == said[0]
        ours.sendall(data[100_000:])
        assert incoming.next() == said[1]
        ours.close()
        assert incoming.next() is None


def test_a_socket_that_waits_no_longer_loses_nothing() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        incoming = Incoming(theirs)
        message = encode({"kind": "call"})
        ours.send(message[:7])
        with pytest.raises(BlockingIOError):
            incoming.next()
        ours.send(message[7:])
        assert incoming.next() == {"kind": "call"}
