"""Hears each call of a no-op handler, in whichever process it runs, for somebody who looks from
outside.

A file whose name ends with `.marks` gets one byte per call, which meter.py counts. Any other gets
a line of JSON per call: the text that came, and the monotonic clock in ns.
"""

import json
import os
import time


class Ledger:
    """Cheap, because all contestants pay for it; many processes may write one file."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._marks = path.endswith(".marks")

    def hear(self, text: str) -> None:
        """A handler was called."""
        os.write(self._file, b"." if self._marks else _line(text))


def _line(text: str) -> bytes:
    return json.dumps({"text": text, "ns": time.monotonic_ns()}).encode() + b"\n"
