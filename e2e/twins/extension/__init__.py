"""The odd node type on the python plane; gateway.ts beside it is its twin."""

import contextlib
import json
import os
import time
from pathlib import Path

from gpu_node.engines.engine import Engine
from gpu_node.errors import Canceled, PermanentError, RetryableError
from gpu_node.handlers.registry import HandlerSpec

TYPE = json.loads(Path(__file__).with_name("node-type.json").read_text()) | {"plane": "python"}
NODE_TYPES = [
    TYPE,
    TYPE | {"type": "greedy", "resources": {"cpu": 0, "gpu": 1, "vram_gb": 0}},
    TYPE | {"type": "huge", "resources": {"cpu": 0, "gpu": 0, "vram_gb": 100}},
]


def engines():
    """The second one is away while a test says so."""
    is_away = Path(os.environ["TWINS_DIR"], "python-away").exists()
    return [
        Engine(name, False, "unknown", reason="the flag is down")
        if is_away and name == "second"
        else Engine(name, True, "unknown")
        for name in TYPE["engines"]
    ]


def _deep(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def _itself():
    loop = []
    loop.append(loop)
    return {"json": loop}


GIFTS = {
    "null output": lambda: {"text": None},
    "nulls inside": lambda: {"json": {"n": None, "list": [None, False, 0, ""]}},
    "no object": lambda: 5,
    "unknown output": lambda: {"stranger": 1},
    "wrong type": lambda: {"text": 5},
    "too large": lambda: {"text": "x" * 70_000},
    "just fits": lambda: {"text": "x" * 4000},
    "two to the 53": lambda: {"json": {"n": 2**53}},
    "two to the 60": lambda: {"json": {"n": 2**60}},
    "largest safe": lambda: {"json": {"n": [2**53 - 1, -(2**53 - 1)]}},
    "large float": lambda: {"json": {"n": 1e300}},
    "fractions": lambda: {"json": {"n": [0.1, 1.5, -2.25e-7]}},
    "not a number": lambda: {"json": {"a/b": [float("nan")]}},
    "infinite": lambda: {"json": {"n": float("-inf")}},
    "half a character": lambda: {"json": {"t": "\ud800"}},
    "half a character in a name": lambda: {"json": {"\udfff": 1}},
    "all kinds of characters": lambda: {"text": 'é😀 \u0001 "quoted" \u2028'},
    "hundred deep": lambda: {"json": _deep(98)},
    "too deep": lambda: {"json": _deep(200)},
    "itself": _itself,
}


def _wait(params, context):
    while not os.path.exists(params["gate"]):
        context.check_canceled()
        time.sleep(0.005)


def _hang(_params, _context):
    time.sleep(600)


def _throw(_params, _context):
    raise RuntimeError("a secret detail")


def _refuse(_params, _context):
    raise PermanentError("text-empty", "There is nothing to say.", pointer="/inputs/a")


def _refuse_by_own_code(_params, _context):
    errors = [{"pointer": "/params/p", "detail": "is none"}]
    raise PermanentError("no-such-planet", "No planet.", errors=errors)


def _away(_params, _context):
    raise RetryableError("service-away", "The service is away.")


def _progress(_params, context):
    for done in range(1, 51):
        context.progress(done, 50, "steps")


def _odd_progress(_params, context):
    context.progress(float("nan"), 1, "steps")
    context.progress(1, float("inf"), "steps")
    context.progress(1, 2, "long " * 10 + "unit")


def _logs(_params, context):
    for i in range(200):
        context.log("info", f"line {i}")


def _odd_logs(_params, context):
    context.log("shout", "unknown level")
    context.log("warn", "half \ud800 a character")
    context.log("info", "x" * 5000)


def _book(params, context):
    with open(params["book"], "a", encoding="utf-8") as book:
        print(context.node_id, "begins", file=book, flush=True)
        _wait(params, context)
        print(context.node_id, "ends", file=book, flush=True)


def _write(params, line):
    with open(params["book"], "a", encoding="utf-8") as book:
        print(line, file=book)


def _say_and_wait(params, context):
    context.progress(1, 2, "steps")
    _write(params, "has said")
    _wait(params, context)


def _long_lines(_params, context):
    for _ in range(50):
        context.log("info", "x" * 4000)


def _linger(params, context):
    _write(params, "begins")
    with contextlib.suppress(Canceled):
        while True:
            context.check_canceled()
            time.sleep(0.005)
    _write(params, "was told")
    while not os.path.exists(params["gate"]):
        time.sleep(0.005)
    _write(params, "ends")


ACTS = {
    "give": lambda params, _context: GIFTS[params["give"]](),
    "wait": _wait,
    "hang": _hang,
    "exit": lambda _params, _context: os._exit(3),
    "throw": _throw,
    "refuse": _refuse,
    "refuse by own code": _refuse_by_own_code,
    "away": _away,
    "progress": _progress,
    "odd progress": _odd_progress,
    "logs": _logs,
    "odd logs": _odd_logs,
    "engine": lambda _params, context: {"text": context.engine},
    "book": _book,
    "say and wait": _say_and_wait,
    "long lines": _long_lines,
    "linger": _linger,
}


def _nothing(_params, _context):
    return None


def odd(params, inputs, context):
    given = ACTS.get(params.get("do"), _nothing)(params, context)
    if given is not None:
        return given
    return {"text": params.get("text", "") + inputs.get("a", "") + inputs.get("b", "")}


def check(params, inputs, context):
    """A handler's judgment of what is known of its inputs."""
    if inputs.get("a") == "unfit":
        raise PermanentError("text-empty", "The text is unfit.", pointer="/inputs/a")
    ACTS.get(params.get("check"), _nothing)(params, context)


SPEC = HandlerSpec("process", odd, engines, check=check)
HANDLERS = {"odd": SPEC, "greedy": SPEC, "huge": SPEC}
