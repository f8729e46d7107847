"""The parent's end of the line to a handler's process: questions, one behind the other, and what is
heard of each until it is answered."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from gpu_node.children.framing import BadMessage, Frames, Message, encode
from gpu_node.logs import get_logger

WORDS = frozenset({"began", "note", "long", "returned"})
"""Are said on the way to an answer; all else is one."""
NEWS = frozenset({"held", "loaded"})
"""Are said at any time, and are nobody's answer."""
OnWord = Callable[[Message], None]


class Asked:
    """A question, until whoever asks it has heard the answer."""

    def __init__(self, call_id: int | None, on_word: OnWord) -> None:
        self.call_id = call_id
        self.on_word = on_word
        self.has_begun = False
        """It is worked on."""
        self.is_over = False
        """There is an answer, or will be none."""
        self._answer: Message | None = None
        self._fault: BadMessage | None = None
        self._heard = asyncio.Event()

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer."""
        return self._answer is not None

    async def answer(self) -> Message | None:
        """None where the line has ended; raises BadMessage."""
        await self._heard.wait()
        if self._fault:
            raise self._fault
        return self._answer

    def answered(self, message: Message) -> None:
        """Whoever has waited for the answer goes on behind those who have heard of it at once."""
        self.is_over = True
        self._answer = message
        try:
            self.on_word(message)
        finally:
            asyncio.get_running_loop().call_soon(self._heard.set)

    def ended(self, fault: BadMessage | None) -> None:
        """There is no line any more."""
        if not self.is_over:
            self.is_over = True
            self._fault = fault
            self._heard.set()


class Line(asyncio.Protocol):
    """Hears messages as they come, without a task that reads."""

    def __init__(self, connection: socket.socket) -> None:
        """Of a connection that does not block, and that a transport reads."""
        self.has_ended = False
        self.on_news: OnWord = lambda _: None
        self._connection = connection
        self._frames = Frames()
        self._transport: asyncio.WriteTransport | None = None
        self._asked: dict[int | None, Asked] = {}

    def ask(self, message: Message, on_word: OnWord) -> Asked:
        """Put a question; `on_word` hears what is said, the answer too, at once."""
        asked = Asked(message.get("id"), on_word)
        if self.has_ended:
            asked.ended(None)
        else:
            self._asked[asked.call_id] = asked
            self.say(encode(message))
        return asked

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = transport  # pyright: ignore[reportAttributeAccessIssue] - uvloop's are no subclasses

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self.has_ended:
            return
        try:
            for message in self._frames.take(data):
                self._hear(message)
        except BadMessage as error:
            self._end(error)
        except Exception as error:
            get_logger().warning("not understood", error=repr(error)[:500])
            self._end(BadMessage("what is no message of ours"))

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._end(None)

    def say(self, data: bytes) -> None:
        """Now, and not when the loop comes to it: a place stands empty meanwhile."""
        transport, sent = self._transport, 0
        if transport is None:
            return
        if not transport.get_write_buffer_size():
            # Whether the other side is gone is heard by who reads.
            with contextlib.suppress(OSError):
                sent = self._connection.send(data)
        if sent < len(data):
            transport.write(data[sent:])

    def _hear(self, message: Message) -> None:
        if message["kind"] in NEWS:
            self.on_news(message)
            return
        asked = self._asked.get(message.get("id"))
        if not asked:
            # Of a call before, by a thread that it has left behind.
            return
        if message["kind"] in WORDS:
            asked.has_begun = True
            asked.on_word(message)
        else:
            del self._asked[asked.call_id]
            asked.answered(message)

    def _end(self, fault: BadMessage | None) -> None:
        self.has_ended = True
        for asked in self._asked.values():
            asked.ended(fault)
        self._asked.clear()
