"""Shows the work while it is done: at most a picture per second."""

from collections.abc import Callable

from gpu_node.handlers.context import HandlerContext

EVERY_S = 1.0


class LivePreview:
    """Asked after every picture, makes and sends few."""

    def __init__(self, context: HandlerContext) -> None:
        self._context = context
        self._due = context.elapsed()

    def offer(self, make: Callable[[], bytes]) -> None:
        """Send the JPEG that `make` answers, if a second has passed since the last one."""
        now = self._context.elapsed()
        if now >= self._due:
            self._due = now + EVERY_S
            self._context.preview(make(), "image/jpeg")
