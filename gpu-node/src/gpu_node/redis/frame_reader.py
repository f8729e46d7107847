"""Takes frames apart as they come from an edge: what is in frames of data goes on at once, whole or
not; what has to be answered is left for who speaks WebSocket."""

from collections.abc import Callable

_PING, _CLOSE = 0x89, 0x88
_OTHERS = frozenset([_PING, _CLOSE, 0x8A])
_LONGEST_OTHER, _LONGEST = 125, (1 << 63) - 1
_IN_TWO, _IN_EIGHT = 126, 127
"""In the place of a length that takes as many bytes more. Higher: masked, as no edge does."""

_Heads = dict[int, "_Heads"]
"""First bytes that a frame of data may have now, and those that the next one may have then: no bits
of extensions, and more of a message where one has begun. Here text is bytes, too."""
_BEGINS: _Heads = {}
_GOES_ON: _Heads = {0x80: _BEGINS}
_GOES_ON[0x00] = _GOES_ON
_BEGINS.update({0x81: _BEGINS, 0x82: _BEGINS, 0x01: _GOES_ON, 0x02: _GOES_ON})


class NoFrame(ValueError):
    """What comes is nothing that an edge may send."""


class FrameReader:
    """Reads what one side sends, in pieces of any size."""

    def __init__(self, on_data: Callable[[memoryview], object]) -> None:
        """`on_data` hears the bytes in order."""
        self._on_data = on_data
        self._heads = _BEGINS
        self._left = 0
        """Of what is in the frame of data that has begun."""
        self._kept = b""
        """The begin of a frame that says too little."""

    def read(self, view: memoryview) -> bytes:
        """Answers frames that want an answer: of all pings the last, as who asks faster than it
        hears wants no other, and a close; raises NoFrame. Keeps nothing of it but copies."""
        if self._kept:
            view, self._kept = memoryview(self._kept + view), b""
        end = len(view)
        at = self._pass_on(view, 0) if self._left else 0
        ping = b""
        while end - at >= 2:
            first, length, start = view[at], view[at + 1], at + 2
            if length > _LONGEST_OTHER:
                start += _more_bytes(length)
                if start > end:
                    break
                length = int.from_bytes(view[at + 2 : start])
                if length > _LONGEST:
                    raise NoFrame
            heads = self._heads.get(first)
            if heads is not None:
                self._heads, self._left = heads, length
                at = self._pass_on(view, start)
                continue
            if first not in _OTHERS or length > _LONGEST_OTHER:
                raise NoFrame
            after = start + length
            if after > end:
                break
            if first == _CLOSE:
                return ping + view[at:after]
            if first == _PING:
                ping = bytes(view[at:after])
            at = after
        if at < end:
            self._kept = bytes(view[at:])
        return ping

    def _pass_on(self, view: memoryview, start: int) -> int:
        """What is there of it from here; answers where it ends."""
        end = start + self._left
        if end > len(view):
            end = len(view)
        if end > start:
            self._left -= end - start
            self._on_data(view[start:end])
        return end


def _more_bytes(length: int) -> int:
    if length > _IN_EIGHT:
        raise NoFrame
    return 2 if length == _IN_TWO else 8
