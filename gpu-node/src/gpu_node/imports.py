"""For the import of much at once: nothing of that is garbage, and to look for some in between takes
a tenth of the time."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def importing() -> Generator[None]:
    """No garbage is looked for inside."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
