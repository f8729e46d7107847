"""Runs an ONNX network so that it stops in the middle when nobody wants its result any more."""

import threading
from collections.abc import Callable
from typing import Any

_LOOK_EVERY_S = 0.05


def run(
    session: Any, feeds: dict[str, Any], check_canceled: Callable[[], None], options: Any = None
) -> list[Any]:
    """All outputs of the network; raises what `check_canceled` raises, one of its layers later.

    options: onnxruntime.RunOptions. `check_canceled` is called from another thread, too.
    """
    import onnxruntime

    options = options or onnxruntime.RunOptions()
    done = threading.Event()
    reasons: list[BaseException] = []

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            try:
                check_canceled()
            except BaseException as reason:
                reasons.append(reason)
                options.terminate = True
                return

    check_canceled()
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return session.run(None, feeds, options)
    except Exception as failure:
        if not reasons:
            raise
        # onnxruntime says only that it was told to end.
        raise reasons[0] from failure
    finally:
        done.set()
        watcher.join()
