"""Answers to names of this machine only: a web page whose name was rebound to it sends its own."""

import ipaddress
from collections.abc import Iterable

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gpu_node.problems import make_problem


class OwnHostsOnly:
    """An ASGI middleware. Loopback and the addresses of this machine are its own, and the names
    in `further`: an address cannot be rebound."""

    def __init__(self, app: ASGIApp, further: Iterable[str] = ()) -> None:
        self._app = app
        self._further = frozenset(name.lower() for name in further)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_own(Headers(scope=scope).get("host", "")):
            problem = make_problem("not-local", "The Host header names another machine.")
            answer = JSONResponse(problem, 403, media_type="application/problem+json")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_own(self, host: str) -> bool:
        name = _without_port(host.lower())
        return name == "localhost" or name in self._further or _is_address(name)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
