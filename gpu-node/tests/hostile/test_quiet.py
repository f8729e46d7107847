"""Nothing phones home: what our programs import calls nobody and leaves nothing in the home of
who runs them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from gpu_node.environment import QUIET, child_environment

_WORK = """
import gpu_node
import importlib, pkgutil
import gpu_node.handlers
for module in pkgutil.iter_modules(gpu_node.handlers.__path__):
    importlib.import_module(f"gpu_node.handlers.{module.name}")
import onnxruntime
from mediakit.speech import hibari
voice = hibari.load()
for piece in voice.pieces("Hello there."):
    voice.say(piece, speed=1.0, seed=0, check_canceled=lambda: None)
"""
"""Every library that handlers use, and a network that is run."""
_CALLS = "connect,sendto,sendmsg,sendmmsg"


def _run(code: str, home: Path, environment: dict[str, str]) -> str:
    """Runs it; answers its calls to others as far as the system shows them (with strace)."""
    home.mkdir()
    trace = home.with_suffix(".trace")
    strace = shutil.which("strace")
    if strace is None:
        print("strace is missing: calls cannot be seen, only files")
    watched = [strace, "-f", "-qq", "-e", f"trace={_CALLS}", "-o", str(trace)] if strace else []
    subprocess.run([*watched, sys.executable, "-c", code], env=environment, check=True)
    return trace.read_text() if strace else ""


def _files(home: Path) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


def test_our_programs_call_nobody_and_leave_nothing_at_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    # As somebody starts it who has set nothing.
    environment = {n: v for n, v in os.environ.items() if n not in QUIET and n != "XDG_CACHE_HOME"}
    calls = _run(_WORK, home, environment | {"HOME": str(home)})
    assert re.findall(r"AF_INET6?\b.*", calls) == []
    assert _files(home) == []


def test_handlers_are_told_before_they_begin() -> None:
    assert child_environment({}) == QUIET
    assert child_environment({"ORT_DISABLE_TELEMETRY": "0"})["ORT_DISABLE_TELEMETRY"] == "1"


def test_only_what_is_known_to_be_harmless_reaches_a_handler() -> None:
    given = {"PATH": "/bin", "LC_ALL": "C", "AWS_SECRET_ACCESS_KEY": "x", "MINE": "y", "HOME": "/h"}
    passed = {"PATH": "/bin", "LC_ALL": "C", "HOME": "/h"}
    assert child_environment(given) == {**passed, **QUIET}
    assert child_environment(given, ["MINE"]) == {**passed, "MINE": "y", **QUIET}
