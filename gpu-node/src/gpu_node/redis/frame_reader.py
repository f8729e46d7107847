"""Takes frames apart as they come from an edge: what is in frames of data goes on at once, whole or
not; other frames are left for who speaks WebSocket."""

from collections.abc import Callable

_FINAL = 0x80
_DATA = range(0x3)
"""Opcodes of data: more of it, text, bytes. Here all are bytes."""
_AGREED_ON = 0x70
"""Bits of extensions, and there are none here."""
_IN_TWO, _IN_EIGHT = 126, 127
"""In the place of a length that takes as many bytes more. Higher: masked, as no edge does."""


class NoFrame(ValueError):
    """What comes is nothing that an edge may send."""


class FrameReader:
    """Reads what one side sends, in pieces of any size."""

    def __init__(self, on_data: Callable[[memoryview], object]) -> None:
        """`on_data` hears the bytes in order."""
        self._on_data = on_data
        self._left = 0
        """Of what is in the frame of data that has begun."""
        self._kept = b""
        """The begin of a frame that says too little."""

    def read(self, view: memoryview) -> bytes:
        """Answers the frames that are no data, each whole; raises NoFrame. Keeps nothing of it but
        copies."""
        if self._kept:
            view, self._kept = memoryview(self._kept + view), b""
        end = len(view)
        at = self._pass_on(view, 0)
        others = b""
        while end - at >= 2:
            opcode, length, start = view[at] & ~_FINAL, view[at + 1], at + 2
            if length in (_IN_TWO, _IN_EIGHT):
                start += 2 if length == _IN_TWO else 8
                if start > end:
                    break
                length = int.from_bytes(view[at + 2 : start])
            elif length > _IN_EIGHT:
                raise NoFrame
            if opcode in _DATA:
                self._left = length
                at = self._pass_on(view, start)
                continue
            if length >= _IN_TWO or opcode & _AGREED_ON:
                raise NoFrame
            if start + length > end:
                break
            others += view[at : start + length]
            at = start + length
        self._kept = bytes(view[at:])
        return others

    def _pass_on(self, view: memoryview, start: int) -> int:
        """What is there of it from here; answers where it ends."""
        end = min(start + self._left, len(view))
        if end > start:
            self._left -= end - start
            self._on_data(view[start:end])
        return end
