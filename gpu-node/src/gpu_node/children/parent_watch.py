"""Whether the parent of a handler's process lives, as the process hears it."""

import threading
from collections.abc import Callable

from gpu_node.children.framing import Incoming, Message
from gpu_node.children.restraint import leave


class ParentWatch:
    """Ends the process when its parent has gone, or is silent for too long while work is done."""

    def __init__(self, elapsed: Callable[[], float], wait: Callable[[float], object]) -> None:
        """Both in seconds."""
        self.patience_s = 60.0
        self.is_working = False
        self._elapsed = elapsed
        self._wait = wait
        self._heard_at = elapsed()

    def begin(self) -> None:
        """Watch, in a thread of its own."""
        threading.Thread(target=self._watch, daemon=True).start()

    def received(self, incoming: Incoming) -> Message:
        """The next message of the parent; raises BlockingIOError where that waits no longer."""
        message = incoming.next()
        if message is None:
            leave()
        self._heard_at = self._elapsed()
        return message

    def _watch(self) -> None:
        """A frozen parent has lost its leases: the work must stop although nobody says so."""
        while True:
            self._wait(self.patience_s / 20)
            if self.is_working and self._elapsed() - self._heard_at > self.patience_s:
                leave()
