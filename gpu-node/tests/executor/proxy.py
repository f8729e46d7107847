"""A TCP proxy in front of Redis that can lose replies, freeze, and lead elsewhere."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager


class FaultProxy:
    """Passes bytes both ways until it is told otherwise."""

    def __init__(self, target_port: int) -> None:
        self.url = ""
        self.lost = 0
        self._target_port = target_port
        self._answers: dict[asyncio.StreamWriter, bytes] = {}
        self._lose: dict[bytes, int] = {}
        self._withhold: dict[bytes, asyncio.Event] = {}
        self._delay_s = 0.0
        self._flowing = asyncio.Event()
        self._flowing.set()

    def lose_replies_to(self, needle: str, times: int = 1) -> None:
        """Cut the connection after the server has answered the next requests that contain
        `needle`."""
        self._lose[needle.encode()] = times

    def withhold_replies_to(self, needle: str) -> Callable[[], None]:
        """A connection on which `needle` was asked hears nothing until the answer is called."""
        event = self._withhold[needle.encode()] = asyncio.Event()

        def release() -> None:
            self._withhold.pop(needle.encode(), None)
            event.set()

        return release

    @contextlib.contextmanager
    def long_way(self, one_way_s: float) -> Iterator[None]:
        """Everything takes so long in each direction."""
        self._delay_s = one_way_s
        try:
            yield
        finally:
            self._delay_s = 0.0

    def freeze(self) -> None:
        """Let nothing through, and say nothing about it: a black hole."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything through again."""
        self._flowing.set()

    def lead(self, port: int) -> None:
        """Connections that are made from now on go there; the others stay."""
        self._target_port = port

    def answer(self, error: str) -> None:
        """Connections of this moment get this answer to every command from now on."""
        for client in self._answers:
            self._answers[client] = f"-{error}\r\n".encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        is_losing = asyncio.Event()
        held: list[asyncio.Event] = []
        self._answers[writer] = b""
        pipes = {
            asyncio.create_task(self._requests(reader, writer, up_writer, is_losing, held)),
            asyncio.create_task(self._replies(up_reader, writer, is_losing, held)),
        }
        try:
            await asyncio.wait(pipes, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._answers[writer]
            for pipe in pipes:
                pipe.cancel()
            for end in (writer, up_writer):
                end.close()

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        client: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
        is_losing: asyncio.Event,
        held: list[asyncio.Event],
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 20):
                await self._flowing.wait()
                await asyncio.sleep(self._delay_s)
                held += [event for needle, event in self._withhold.items() if needle in data]
                if answer := self._answers[client]:
                    client.write(answer * len(re.findall(rb"^\*\d+\r\n", data, re.MULTILINE)))
                    continue
                for needle, times in list(self._lose.items()):
                    if needle in data and times:
                        self._lose[needle] = times - 1
                        is_losing.set()
                writer.write(data)

    async def _replies(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        is_losing: asyncio.Event,
        held: list[asyncio.Event],
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 20):
                await self._flowing.wait()
                await asyncio.sleep(self._delay_s)
                for event in held:
                    await event.wait()
                if is_losing.is_set():
                    self.lost += 1
                    return
                writer.write(data)


@asynccontextmanager
async def fault_proxy(target_port: int) -> AsyncIterator[FaultProxy]:
    """A proxy on a free port."""
    proxy = FaultProxy(target_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
