"""Tells a gateway without a driver that results lie in Redis. It is a hint: a lost one costs the
time until the gateway looks by itself."""

import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack

import orjson
from httpx import AsyncClient, HTTPError, Timeout

from gpu_node.addresses import DrainAddress, read_drain_address
from gpu_node.executor.background import Background
from gpu_node.logs import get_logger

_CONNECT_S = 5
_ANSWER_S = 30
"""A drain answers when nothing is left to do, within this time."""


class DrainHint:
    """One question at a time: what is told meanwhile is asked for once more behind it."""

    def __init__(self, address: DrainAddress, background: Background, client: AsyncClient) -> None:
        self._address = address
        self._background = background
        self._client = client
        self._is_asking = False
        self._again = False
        self._fault: str | None = None

    def ring(self) -> None:
        """There is something new."""
        self._again = True
        if not self._is_asking:
            self._is_asking = True
            self._background.start(self._ask())

    async def _ask(self) -> None:
        try:
            while self._again:
                self._again = False
                fault, more = await self._post()
                # Once for each thing that is wrong: results come often.
                if fault and fault != self._fault:
                    get_logger().warning("the gateway could not be told of results", fault=fault)
                self._fault = fault
                self._again = self._again or more
        finally:
            self._is_asking = False

    async def _post(self) -> tuple[str | None, bool]:
        """What is wrong, and whether there is more to do than one answer's time allowed."""
        headers = {"Authorization": f"Bearer {self._address.token}"}
        try:
            answer = await self._client.post(self._address.url, headers=headers)
        except (HTTPError, OSError) as error:
            return f"it does not answer ({type(error).__name__})", False
        if answer.status_code != 200:
            return f"it answers {answer.status_code}", False
        try:
            return None, bool(orjson.loads(answer.content)["more"])
        except (ValueError, KeyError, TypeError):
            return "it answers what a gateway does not", False


def bell_of(url: str, background: Background, stack: AsyncExitStack) -> Callable[[], None]:
    """To be rung when there is something new; silent without an address. Closed with the stack."""
    if not url:
        return lambda: None
    # Trusts what the system trusts, and asks no proxy.
    client = AsyncClient(
        verify=ssl.create_default_context(),
        timeout=Timeout(_ANSWER_S, connect=_CONNECT_S),
        trust_env=False,
    )
    stack.push_async_callback(client.aclose)
    return DrainHint(read_drain_address(url), background, client).ring
