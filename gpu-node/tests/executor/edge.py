"""The stand-in edge of `tunnel/stand-in` before a server, and the real `cloudflared` where
CLOUDFLARED_BIN names one."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services import free_ports

from gpu_node.addresses import ServiceToken

ROOT = Path(__file__).parents[3]
NODE = ROOT / "node_modules" / ".bin" / "node"
TOKEN = ServiceToken("box-1.access", "a secret of thirty-two characters".replace(" ", "-"))
WAYS = ["carrier", *(["cloudflared"] if os.environ.get("CLOUDFLARED_BIN") else [])]
"""How a box comes to its Redis: by our own carrier, or by cloudflared on the same machine."""


class Edge:
    """The program, and what it can be told."""

    def __init__(self, process: asyncio.subprocess.Process, said: dict[str, Any]) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()
        self.port = int(said["ports"]["it"])
        self.host = str(said["host"])
        self.certificate = str(said["certificate"])
        self.ports: dict[str, int] = said["ports"]
        self.url = f"redis+wss://{self.host}:{self.port}"
        self.store_url = f"https://{self.host}:{self.port}"

    async def tell(self, **command: Any) -> dict[str, int]:
        """What it shall do; answers its counts."""
        assert self._process.stdin and self._process.stdout
        async with self._one_at_a_time:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            return json.loads(await self._process.stdout.readline())

    async def behave(self, **manners: Any) -> None:
        """From now on."""
        await self.tell(manners=manners)

    async def well(self) -> None:
        """As it was at its start."""
        token = {"id": TOKEN.client_id, "secret": TOKEN.client_secret}
        await self.behave(mode="pass", delayMs=0, bytesPerSecond=0, token=token)


@asynccontextmanager
async def stand_in(
    folder: Path, port: int, kind: str = "carried", flaws: Sequence[str] = ()
) -> AsyncIterator[Edge]:
    """An edge before the server at that port; kind: `carried` for Redis, `http` for a store. Each
    flaw is one of a certificate, which a port of its own shows."""
    token = {"id": TOKEN.client_id, "secret": TOKEN.client_secret}
    target = {"host": "127.0.0.1", "port": port}
    route = {"kind": kind, "target": target}
    routes = {"it": route} | {flaw: route | {"flaw": flaw} for flaw in flaws}
    options = {"token": token, "routes": routes}
    process = await asyncio.create_subprocess_exec(
        NODE,
        ROOT / "tunnel" / "stand-in" / "main.ts",
        folder,
        json.dumps(options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    try:
        yield Edge(process, json.loads(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def way_through(way: str, edge: Edge) -> AsyncIterator[str]:
    """The address that Redis has for a box."""
    if way == "carrier":
        yield edge.url
        return
    port = free_ports(1)[0]
    process = await asyncio.create_subprocess_exec(
        os.environ["CLOUDFLARED_BIN"],
        *("access", "tcp", "--hostname", f"{edge.host}:{edge.port}"),
        *("--url", f"127.0.0.1:{port}"),
        env=os.environ
        | {
            "TUNNEL_SERVICE_TOKEN_ID": TOKEN.client_id,
            "TUNNEL_SERVICE_TOKEN_SECRET": TOKEN.client_secret,
            "SSL_CERT_FILE": edge.certificate,
        },
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(20):
            while not _listens(port):  # noqa: ASYNC110 - it sends no event
                await asyncio.sleep(0.02)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
