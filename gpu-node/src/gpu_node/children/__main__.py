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
import time
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gpu_node.children.aside import take_aside
from gpu_node.children.failures import to_failure
from gpu_node.children.framing import Incoming, Message
from gpu_node.children.limits import Limits
from gpu_node.children.listener import Listener
from gpu_node.children.memory import give_back
from gpu_node.children.outgoing import Outgoing
from gpu_node.children.parent_watch import ParentWatch
from gpu_node.children.probe import Place, probe
from gpu_node.children.restraint import leave, restrain
from gpu_node.children.work import Laid, Work
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
    """Answers one call after the other."""

    def __init__(
        self, connection: socket.socket, aside: socket.socket, limits: Limits, unconfined: str
    ) -> None:
        """unconfined: why the process is not confined; empty if it is, or shall not be."""
        self._connection = connection
        self._calls = Incoming(connection)
        self._outgoing = Outgoing(connection, time.monotonic)
        self._parent = ParentWatch(time.monotonic, time.sleep)
        self._listener = Listener(aside, self._parent)
        self._limits = limits
        self._unconfined = unconfined
        self._has_kept = False
        """Memory may be freed that is not given back to the system."""
        self._registry: Registry | None = None
        self._laid = Laid()
        self._settings: Mapping[str, Any] = {}
        self._runner: asyncio.Runner | None = None

    def serve(self) -> NoReturn:
        """Work until the parent is gone or says goodbye; handlers run in the main thread."""
        for part in (self._listener, self._parent, self._outgoing):
            part.begin()
        while True:
            message = self._next()
            self._parent.is_working = True
            began = time.monotonic()
            if answer := self._answer(message):
                self._outgoing.answer(answer)
            is_long = time.monotonic() - began >= LONG_S
            if is_long:
                give_back()
            self._keep(not is_long)
            self._parent.is_working = False

    def _next(self) -> Message:
        """What short work has freed is given back when none comes behind it: it takes longer than
        to begin with the next."""
        try:
            return self._parent.received(self._calls)
        except BlockingIOError:
            give_back()
            self._keep(False)
            return self._parent.received(self._calls)

    def _keep(self, is_kept: bool) -> None:
        """Whether there may be memory to be given back as soon as there is time for it."""
        if is_kept != self._has_kept:
            self._has_kept = is_kept
            # By the system: waiting for a call takes no further step then.
            wait_us = int(IDLE_S * 1e6) if is_kept else 0
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, wait_us)
            )

    def _answer(self, message: Message) -> Message | None:
        """None where it was said."""
        kind = message["kind"]
        try:
            if kind == "start":
                if self._unconfined and self._limits.confinement == "required":
                    detail = f"Handlers cannot be confined: {self._unconfined}."
                    raise PermanentError("handler-unavailable", detail)
                self._parent.patience_s = message["patience_s"]
                self._registry = load_registry(message["extensions"])
                # What was loaded until now is no garbage: nobody needs to look through it again.
                gc.freeze()
                registry = self._registry
                self._listener.on_laid = lambda word: self._lay(registry, word)
                self._settings = message["settings"]
                return {"kind": "ready", "pid": os.getpid(), "unconfined": self._unconfined}
            if self._registry is None:
                raise RuntimeError("called before it was started")
            if kind == "probe":
                place = Place(Path(message["models_dir"]), self._settings)
                engines = probe(self._registry, message["node_types"], place, self._awaited)
                return {"kind": "probed", "engines": engines}
            self._listener.take_up(message["id"])
            if kind == "check":
                return self._check(self._registry, message)
            if kind == "begin":
                return self._call(self._laid.take(message["id"]))
            return self._call(self._to_work(self._registry, message))
        except BaseException as error:
            return {"kind": "failed", "id": message.get("id"), **to_failure(error)}

    def _lay(self, registry: Registry, message: Message) -> None:
        """In the thread that listens, while a handler works."""
        try:
            work = self._to_work(registry, message)
            self._laid.put(message["id"], lambda: work)
        except Exception:
            # It is told when it begins.
            self._laid.put(message["id"], lambda: self._to_work(registry, message))

    def _to_work(self, registry: Registry, message: Message) -> Work:
        call_id = message["id"]
        call = Call(**message["call"])

        def emit(kind: str, data: dict[str, Any]) -> None:
            self._outgoing.send({"kind": "note", "id": call_id, "note": kind, "data": data})

        def wait_turn() -> None:
            self._outgoing.send({"kind": "long", "id": call_id})
            self._listener.wait_to_go()

        canceled = self._listener.canceled
        context = RunContext(call, emit, canceled, wait_turn, elapsed=time.monotonic)
        return Work(call_id, call, registry.run(call.type), context)

    def _call(self, work: Work) -> Message | None:
        self._limits.begin_call()
        self._outgoing.send({"kind": "began", "id": work.call_id})
        returned = work.run(work.call.params, work.call.inputs, work.context)
        if not inspect.isawaitable(returned):
            self._outgoing.send({"kind": "returned", "id": work.call_id})
            return _done(work, returned)

        async def tell() -> None:
            made = await returned
            self._outgoing.send({"kind": "returned", "id": work.call_id})
            # Before its loop comes to rest: nobody waits for that.
            self._outgoing.answer(_done(work, made))

        self._awaited(tell())
        return None

    def _awaited(self, work: Awaitable[Any]) -> Any:
        """What a coroutine answers; a cancel of the run cancels it. The loop is kept, because
        handlers keep clients that belong to it."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        loop = self._runner.get_loop()
        task = asyncio.ensure_future(work, loop=loop)
        self._listener.stop_by(lambda: loop.call_soon_threadsafe(task.cancel))
        if self._listener.canceled.is_set():
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
            canceled = self._listener.canceled
            context = RunContext(call, lambda *_: None, canceled, elapsed=time.monotonic)
            check(call.params, call.inputs, context)
        answer = {"outputs": {}, "engine": call.engine, "staged": []}
        return {"kind": "done", "id": message["id"], **answer}


def _done(work: Work, returned: Any) -> Message:
    outputs, engine = to_outputs(returned), clean_text(work.context.engine)
    answer = {"outputs": outputs, "engine": engine, "staged": work.context.staged}
    return {"kind": "done", "id": work.call_id, **answer}


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
