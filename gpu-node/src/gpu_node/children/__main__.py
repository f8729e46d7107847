"""A handler process: takes calls over an inherited socket and keeps what handlers load.

It never outlives its parent: the kernel kills it when the parent dies (Linux), the end of the
socket or the silence of the parent ends it elsewhere.
"""

import asyncio
import gc
import inspect
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gpu_node.children.aside import take_aside
from gpu_node.children.failures import to_failure
from gpu_node.children.framing import Incoming, Message, encode
from gpu_node.children.limits import Limits
from gpu_node.children.memory import give_back, resident_bytes
from gpu_node.children.probe import Place, probe
from gpu_node.children.restraint import leave, restrain
from gpu_node.engines.networks import HeldNetworks
from gpu_node.errors import Canceled, PermanentError
from gpu_node.handlers.outputs import to_outputs
from gpu_node.handlers.plain_json import clean_text
from gpu_node.handlers.registry import Registry, load_registry
from gpu_node.handlers.run_context import Call, RunContext

LONG_S = 1.0
"""After so long a call what it takes to give memory back does not count."""
IDLE_S = 0.1
"""Who has had nothing to do for so long has time for it."""


class CallServer:
    """The state of the process: the call it works on and when the parent was last heard."""

    def __init__(
        self, connection: socket.socket, aside: socket.socket, limits: Limits, unconfined: str
    ) -> None:
        """unconfined: why the process is not confined; empty if it is, or shall not be."""
        self._connection = connection
        self._calls = Incoming(connection)
        self._words = Incoming(aside)
        self._limits = limits
        self._unconfined = unconfined
        self._sending = threading.Lock()
        self._heard_at = time.monotonic()
        self._patience_s = 60.0
        self._busy = False
        self._has_kept = False
        """Memory may be freed that is not given back to the system."""
        self._turning = threading.Lock()
        self._current = -1
        self._canceled_id = -1
        """The call that was canceled last: perhaps one that is not taken up yet."""
        self._canceled = threading.Event()
        self._may_go = threading.Event()
        self._registry: Registry | None = None
        self._settings: Mapping[str, Any] = {}
        self._runner: asyncio.Runner | None = None
        self._stop: Callable[[], object] = _nothing
        self._networks = HeldNetworks(
            self._tell_loaded,
            elapsed=time.monotonic,
            size=lambda: resident_bytes(os.getpid()),
        )
        self._told: dict[str, int] = {}
        """What the parent knows of the networks that are held."""

    def serve(self) -> NoReturn:
        """Work until the parent is gone or says goodbye; handlers run in the main thread."""
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()
        self._networks.watch()
        while True:
            message = self._next()
            self._busy = True
            began = time.monotonic()
            if answer := self._answer(message):
                self._tell_held()
                self._send(answer)
            is_long = time.monotonic() - began >= LONG_S
            if is_long:
                give_back()
            self._keep(not is_long)
            self._busy = False

    def _next(self) -> Message:
        """What short work has freed is given back when none comes behind it: it takes longer than
        to begin with the next."""
        try:
            return self._received(self._calls)
        except BlockingIOError:
            give_back()
            self._keep(False)
            return self._received(self._calls)

    def _received(self, incoming: Incoming) -> Message:
        message = incoming.next()
        if message is None:
            leave()
        self._heard_at = time.monotonic()
        return message

    def _keep(self, is_kept: bool) -> None:
        """Whether there may be memory to be given back as soon as there is time for it."""
        if is_kept != self._has_kept:
            self._has_kept = is_kept
            # By the system: waiting for a call takes no further step then.
            wait_us = int(IDLE_S * 1e6) if is_kept else 0
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, wait_us)
            )

    def _listen(self) -> None:
        """To what is said while a handler works."""
        while True:
            word = self._received(self._words)
            with self._turning:
                if word["kind"] == "cancel":
                    self._canceled_id = word["id"]
                if word.get("id") != self._current:
                    continue
                if word["kind"] == "cancel":
                    self._canceled.set()
                    self._stop()
                self._may_go.set()

    def _take_up(self, call_id: int) -> None:
        """A cancel may have come before its call."""
        with self._turning:
            self._current = call_id
            self._stop = _nothing
            for event in (self._canceled, self._may_go):
                event.clear()
                if self._canceled_id == call_id:
                    event.set()

    def _watch(self) -> None:
        """A frozen parent has lost its leases: the work must stop although nobody says so."""
        while True:
            time.sleep(self._patience_s / 20)
            if self._busy and time.monotonic() - self._heard_at > self._patience_s:
                leave()

    def _answer(self, message: Message) -> Message | None:
        """None where it was said."""
        kind = message["kind"]
        try:
            if kind == "start":
                if self._unconfined and self._limits.confinement == "required":
                    detail = f"Handlers cannot be confined: {self._unconfined}."
                    raise PermanentError("handler-unavailable", detail)
                self._patience_s = message["patience_s"]
                self._registry = load_registry(message["extensions"])
                # What was loaded until now is no garbage: nobody needs to look through it again.
                gc.freeze()
                self._settings = message["settings"]
                return {"kind": "ready", "pid": os.getpid(), "unconfined": self._unconfined}
            if self._registry is None:
                raise RuntimeError("called before it was started")
            if kind == "probe":
                place = Place(Path(message["models_dir"]), self._settings)
                engines = probe(self._registry, message["node_types"], place, self._awaited)
                return {"kind": "probed", "engines": engines}
            self._take_up(message["id"])
            if kind == "check":
                return self._check(self._registry, message)
            return self._call(self._registry, message)
        except BaseException as error:
            return {"kind": "failed", "id": message.get("id"), **to_failure(error)}

    def _call(self, registry: Registry, message: Message) -> Message | None:
        call_id = message["id"]
        call = Call(**message["call"])

        def emit(kind: str, data: dict[str, Any]) -> None:
            self._send({"kind": "note", "id": call_id, "note": kind, "data": data})

        def wait_turn() -> None:
            self._send({"kind": "long", "id": call_id})
            self._may_go.wait()

        self._limits.begin_call()
        self._send({"kind": "began", "id": call_id})
        context = RunContext(call, emit, self._canceled, wait_turn, elapsed=time.monotonic)
        returned = registry.run(call.type)(call.params, call.inputs, context)
        if not inspect.isawaitable(returned):
            return _done(call_id, returned, context)

        async def tell() -> None:
            # Before its loop comes to rest: nobody waits for that.
            done = _done(call_id, await returned, context)
            self._tell_held()
            self._send(done)

        self._awaited(tell())
        return None

    def _awaited(self, work: Awaitable[Any]) -> Any:
        """What a coroutine answers; a cancel of the run cancels it. The loop is kept, because
        handlers keep clients that belong to it."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        loop = self._runner.get_loop()
        task = asyncio.ensure_future(work, loop=loop)
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        if self._canceled.is_set():
            task.cancel()
        try:
            # As the runner's own `run`, but for what that asks the system about Ctrl-C each time.
            return loop.run_until_complete(task)
        except asyncio.CancelledError as error:
            raise Canceled("canceled", "The run no longer wants the result.") from error

    def _check(self, registry: Registry, message: Message) -> Message:
        """What is wrong is raised; that nothing is needs no more words."""
        call = Call(**message["call"])
        check = registry.check(call.type)
        self._limits.begin_call()
        if check:
            context = RunContext(call, lambda *_: None, self._canceled, elapsed=time.monotonic)
            check(call.params, call.inputs, context)
        answer = {"outputs": {}, "engine": call.engine, "staged": []}
        return {"kind": "done", "id": message["id"], **answer}

    def _tell_loaded(self, engine: str, seconds: float) -> None:
        self._send({"kind": "loaded", "engine": engine, "seconds": seconds})
        self._tell_held()

    def _tell_held(self) -> None:
        """Before the answer, so that whoever has that knows this; and nothing that is known."""
        held = self._networks.bytes_by_engine()
        if held != self._told:
            self._told = held
            self._send({"kind": "held", "engines": held})

    def _send(self, message: Message) -> None:
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


def _done(call_id: int, returned: Any, context: RunContext) -> Message:
    outputs, engine = to_outputs(returned), clean_text(context.engine)
    answer = {"outputs": outputs, "engine": engine, "staged": context.staged}
    return {"kind": "done", "id": call_id, **answer}


def _nothing() -> None:
    """There is no coroutine to stop."""


def main() -> NoReturn:
    """Arguments: the limits, the number of the inherited socket, and the parent's process id."""
    limits = Limits.of_argument(sys.argv[1])
    unconfined = restrain(limits, int(sys.argv[3]))
    connection = socket.socket(fileno=int(sys.argv[2]))
    aside = take_aside(connection)
    if aside is None:
        leave()
    CallServer(connection, aside, limits, unconfined).serve()


if __name__ == "__main__":
    main()
