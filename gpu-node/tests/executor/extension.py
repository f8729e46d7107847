"""Node types for tests: handlers that do as they are told."""

import asyncio
import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from gpu_node.errors import PermanentError, RetryableError
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.registry import HandlerSpec

Values = dict[str, Any]


def _node_type(name: str, inputs: Values, outputs: Values) -> Values:
    return {
        "type": name,
        "plane": "python",
        "description": f"Test type {name}.",
        "timeout_s": 60,
        "engines": ["test", "absent"],
        "resources": {"cpu": 1, "gpu": 0, "vram_gb": 0},
        "schema_digest": hashlib.sha256(name.encode()).hexdigest(),
        "inputs": inputs,
        "outputs": outputs,
    }


_TEXT = {"type": "Text", "required": False}
_DATA = {"type": "Data", "required": False}
_JSON = {"type": "Json", "required": False}

NODE_TYPES = [
    _node_type("test_async", {"a": _TEXT, "b": _TEXT}, {"text": _TEXT}),
    _node_type(
        "test_process",
        {"a": _TEXT, "b": _TEXT, "file": _DATA, "json": _JSON},
        {"text": _TEXT, "file": _DATA, "json": {"type": "Json", "required": False}},
    ),
]


async def run_async(params: Values, inputs: Values, context: HandlerContext) -> Values:
    """Waits and answers, or misbehaves as `params.do` says."""
    _note(params, context)
    if params.get("do") == "block":
        _block()
    if params.get("do") == "refuse":
        raise PermanentError("no-such-planet", "There is none.", pointer="/params/planet")
    if params.get("do") == "fail":
        raise RetryableError("handler-unavailable", "The service is away.")
    if params.get("do") == "raise":
        raise RuntimeError("a secret detail")
    for done in range(int(params.get("steps", 0))):
        context.progress(done + 1, params["steps"], "steps")
        await asyncio.sleep(0.001)
    await asyncio.sleep(params.get("sleep_s", 0))
    if gate := params.get("wait_for"):
        await _appears(gate)
    return {"text": params.get("text", "") + inputs.get("a", "") + inputs.get("b", "")}


async def _appears(gate: str) -> None:
    """The test lets a node go on by making a file."""
    while not os.path.exists(gate):  # noqa: ASYNC110, ASYNC240 - another process makes it
        await asyncio.sleep(0.005)


def run_process(params: Values, inputs: Values, context: HandlerContext) -> Values:
    """In a child: computes, or misbehaves as `params.do` says."""
    _note(params, context)
    act = _ACTS.get(params.get("do", ""), lambda _params, _context: None)
    act(params, context)
    result: Values = {"text": f"{params.get('text', '')}{inputs.get('a', '')}"}
    if give := params.get("give"):
        result["json"] = _GIFTS[give]
    if params.get("pid"):
        result["text"] = str(os.getpid())
    if "write" in params:
        path = context.work_dir / "out.bin"
        path.write_bytes(params["write"].encode() * params.get("times", 1))
        result["file"] = context.put(path, media_type="text/plain", name="out.txt", meta={})
    if "file" in inputs:
        result["text"] = context.path(inputs["file"]).read_bytes()[:1000].decode()
    return result


def _note(params: Values, context: HandlerContext) -> None:
    if params.get("ledger"):
        _note_line(params, f"{context.node_id} {context.task_id} {os.getpid()}")


def _note_line(params: Values, line: str) -> None:
    with open(params["ledger"], "a") as file:
        file.write(f"{line}\n")


def _block() -> None:
    time.sleep(600)


def _wait_politely(_params: Values, context: HandlerContext) -> None:
    while True:
        context.check_canceled()
        time.sleep(0.005)


def _hang(_params: Values, _context: HandlerContext) -> None:
    """Deaf: holds the interpreter in C code."""
    ctypes.PyDLL(None).sleep(1000)


def _memory_error(_params: Values, _context: HandlerContext) -> None:
    raise MemoryError


def _disk_full(_params: Values, _context: HandlerContext) -> None:
    raise OSError(28, "No space left on device")


def _bad_request(_params: Values, _context: HandlerContext) -> None:
    raise PermanentError("no-face", "There is no face.", pointer="/inputs/file")


def _chatter(_params: Values, context: HandlerContext) -> None:
    for i in range(1000):
        print("line", i)
        context.log("info", "line", i=i)
        context.progress(i + 1, 1000, "lines")


def _escape(params: Values, context: HandlerContext) -> None:
    path = Path(params["path"])
    path.write_text("outside")
    context.put(path, media_type="text/plain", name="x", meta={})


_LOOP: list[Any] = []
_LOOP.append(_LOOP)
_DEEP: Any = 0
for _ in range(5000):
    _DEEP = [_DEEP]


class _Odd:
    """What no encoder knows."""


_GIFTS: dict[str, Any] = {
    "large integer": [10**25],
    "integer beyond 2^53": {"n": 2**53 + 1},
    "surrogate": {"t": "\ud800"},
    "surrogate in a name": {"\udfff": 1},
    "nan": [float("nan")],
    "inf": {"x": {"y": float("-inf")}},
    "loop": _LOOP,
    "deep": _DEEP,
    "number as name": {1: "one"},
    "bytes": b"bytes",
    "set": {1, 2},
    "object": _Odd(),
    "plain": {"n": 2**53 - 1, "f": 1.5, "t": ("é", None, True)},
}


def _odd_words(_params: Values, context: HandlerContext) -> None:
    context.progress(float("nan"), 10**30, "\ud800")
    context.progress(10**30, 10**30, "\ud800")
    context.log("info", "half \ud800", odd=_Odd())
    raise PermanentError("Not A Code\ud800", "half \ud800", pointer=_Odd(), errors=[1])


_ACTS = {
    "odd_words": _odd_words,
    "kill": lambda p, _c: os.kill(p.get("victim", os.getpid()), signal.SIGKILL),
    "segfault": lambda _p, _c: ctypes.string_at(0),
    "exit": lambda _p, _c: os._exit(3),
    "sys_exit": lambda _p, _c: sys.exit(3),
    "hang": _hang,
    "wait": _wait_politely,
    "memory": _memory_error,
    "disk": _disk_full,
    "no_face": _bad_request,
    "chatter": _chatter,
    "escape": _escape,
    "sleep_long": lambda _p, _c: time.sleep(600),
    "sleep": lambda p, _c: time.sleep(p["sleep_s"]),
}


def _long(params: Values, context: HandlerContext) -> None:
    """Calls what follows long, notes when it may go on, and waits for a file."""
    context.long_work()
    _note_line(params, f"{context.node_id} goes")
    while not os.path.exists(params["wait_for"]):
        context.check_canceled()
        time.sleep(0.005)


_ACTS["long"] = _long


def _disorder(_params: Values, _context: HandlerContext) -> None:
    raise RuntimeError("a secret detail")


_ACTS["disorder"] = _disorder


def check_process(params: Values, inputs: Values, context: HandlerContext) -> None:
    """Refuses the text `unfit`, and misbehaves as `params.check` says."""
    _ACTS.get(params.get("check", ""), lambda _params, _context: None)(params, context)
    if inputs.get("a") == "unfit":
        raise PermanentError("text-empty", "The text is unfit.", pointer="/inputs/a")
    if "file" in inputs and context.path(inputs["file"]).read_bytes() == b"unfit":
        raise PermanentError("unfit-voice-clip", "The file is unfit.", pointer="/inputs/file")


_PROGRAM = "import os,sys,time; print(os.getpid(), file=open(sys.argv[1], 'a')); time.sleep(600)"


def _programs(params: Values, _context: HandlerContext) -> None:
    """Starts a program that starts one, in the way that `params.way` says, and waits."""
    file = params["pids"]
    with open(file, "a") as pids:
        pids.write(f"{os.getpid()}\n")
    inner = [sys.executable, "-c", _PROGRAM, file]
    ways = {
        "child": "import subprocess,sys; subprocess.Popen(sys.argv[1:])",
        "session": "import subprocess,sys; subprocess.Popen(sys.argv[1:], start_new_session=True)",
        # The one between is gone at once, so that nothing leads from here to the program.
        "daemon": "import os,sys; os.fork() and os._exit(0); os.setsid(); "
        "os.execv(sys.argv[1], sys.argv[1:])",
    }
    for _ in range(2):
        subprocess.Popen([sys.executable, "-c", ways[params["way"]], *inner])
    time.sleep(600)


_ACTS["programs"] = _programs


def _kill_service(_params: Values, _context: HandlerContext) -> None:
    """Ends the gpu-node at once, as a machine that dies would."""
    ancestor = os.getpid()
    while b"children" in Path(f"/proc/{ancestor}/cmdline").read_bytes():
        ancestor = int(Path(f"/proc/{ancestor}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(ancestor, signal.SIGKILL)
    time.sleep(600)


_ACTS["kill_service"] = _kill_service
_PARAMS = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "sleep_s": {"type": "number"}},
}

HANDLERS = {
    "test_async": HandlerSpec("async", run_async, params=_PARAMS),
    "test_process": HandlerSpec("process", run_process, check=check_process),
}
