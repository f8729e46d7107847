"""What is said to a handler's process while it works: that its call is canceled, or may go on, and
what is likely to be called next."""

import socket
import threading
from collections.abc import Callable

from gpu_node.children.framing import Incoming, Message
from gpu_node.children.parent_watch import ParentWatch


class Listener:
    """Hears it in a thread of its own, for the call that is worked on."""

    def __init__(self, aside: socket.socket, parent: ParentWatch) -> None:
        self.canceled = threading.Event()
        """Of the call that was taken up last."""
        self._words = Incoming(aside)
        self._parent = parent
        self._turning = threading.Lock()
        self._current = -1
        self._canceled_id = -1
        """The call that was canceled last: perhaps one that is not taken up yet."""
        self._may_go = threading.Event()
        self._stop: Callable[[], object] = _nothing
        self.on_laid: Callable[[Message], object] = lambda _: None
        """Hears of a call that is likely to come next."""

    def begin(self) -> None:
        """Listen from now on."""
        threading.Thread(target=self._listen, daemon=True).start()

    def take_up(self, call_id: int) -> None:
        """A cancel may have come before its call."""
        with self._turning:
            self._current = call_id
            self._stop = _nothing
            for event in (self.canceled, self._may_go):
                event.clear()
                if self._canceled_id == call_id:
                    event.set()

    def stop_by(self, stop: Callable[[], object]) -> None:
        """What a cancel calls, in the thread that listens; of one that was heard already who
        works sees in `canceled`."""
        self._stop = stop

    def wait_to_go(self) -> None:
        """Until the call may go on, or is canceled."""
        self._may_go.wait()

    def _listen(self) -> None:
        while True:
            self._hear(self._parent.received(self._words))

    def _hear(self, word: Message) -> None:
        if word["kind"] == "lay":
            self.on_laid(word)
            return
        with self._turning:
            if word["kind"] == "cancel":
                self._canceled_id = word["id"]
            if word.get("id") != self._current:
                return
            if word["kind"] == "cancel":
                self.canceled.set()
                self._stop()
            self._may_go.set()


def _nothing() -> None:
    """There is no coroutine to stop."""
