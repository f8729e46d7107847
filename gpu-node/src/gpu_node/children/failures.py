"""How the failures of a handler's process reach the parent."""

import errno
import os

from gpu_node.children.framing import Message
from gpu_node.errors import Canceled, GpuNodeError, PermanentError, RetryableError


class ChildCrashed(RetryableError):
    """The process ended in the middle of a call."""


class DiedIdle(ChildCrashed):
    """The process ended before a handler began in it: no fault of the call, nothing was done."""


class CannotNow(RetryableError):
    """This machine cannot do it at the moment: no attempt, somebody else may."""


class UnexpectedFailure(Exception):
    """A handler raised what is not a GpuNodeError; the argument is its stack, for the log."""


def to_error(answer: Message) -> BaseException:
    """The error that a child has described."""
    kind = answer["class"]
    known: dict[str, type[GpuNodeError]] = {
        "retryable": RetryableError,
        "permanent": PermanentError,
        "canceled": Canceled,
    }
    if kind in known:
        return known[kind](answer["code"], answer["detail"], **answer["extensions"])
    if kind == "memory":
        return MemoryError()
    if kind == "os" and answer["errno"] in (errno.ENOSPC, errno.EDQUOT):
        return OSError(answer["errno"], os.strerror(answer["errno"]))
    return UnexpectedFailure(answer["stack"])
