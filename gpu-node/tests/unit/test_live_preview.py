"""At most a preview per second, however fast pictures come."""

from typing import Any, cast

from gpu_node.handlers.live_preview import LivePreview


class Listener:
    def __init__(self, times: list[float]) -> None:
        self._times = iter(times)
        self.shown: list[bytes] = []

    def elapsed(self) -> float:
        return next(self._times)

    def preview(self, data: bytes, media_type: str) -> None:
        self.shown.append(data)


def test_pictures_are_made_and_sent_once_a_second() -> None:
    listener, made = Listener([0.0, 0.0, 0.2, 0.9, 1.1, 1.9, 2.2, 9.0]), list[int]()
    live = LivePreview(cast(Any, listener))
    for number in range(7):

        def make(number: int = number) -> bytes:
            made.append(number)
            return b"%d" % number

        live.offer(make)
    assert made == [0, 3, 5, 6]
    assert listener.shown == [b"0", b"3", b"5", b"6"]
