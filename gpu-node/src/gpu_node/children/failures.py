"""How the failures of a handler's process reach the parent."""

import errno
import os
import signal

from gpu_node.children.framing import Message
from gpu_node.errors import Canceled, GpuNodeError, PermanentError, RetryableError

_HINTS = {
    "SIGKILL": " (out of memory?)",
    "SIGABRT": " (out of memory?)",
    "SIGXCPU": ": it used more CPU time than a node may",
}


class ChildCrashed(RetryableError):
    """The process ended in the middle of a call."""


class DiedIdle(ChildCrashed):
    """The process ended before a handler began in it: no fault of the call, nothing was done."""


class CannotNow(RetryableError):
    """This machine cannot do it at the moment: no attempt, somebody else may."""


class UnexpectedFailure(Exception):
    """A handler raised what is not a GpuNodeError; the argument is its stack, for the log."""


def describe_end(code: int) -> str:
    """Of a process that ended with this exit code; below zero is a signal's number."""
    if code >= 0:
        return f"The handler's process exited with code {code}."
    name = signal.Signals(-code).name
    return f"The handler's process was ended by {name}{_HINTS.get(name, '')}."


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
    if kind == "os" and answer["errno"] == errno.EFBIG:
        detail = "A file that the handler writes became larger than it may."
        return PermanentError("output-too-large", detail)
    return UnexpectedFailure(answer["stack"])
