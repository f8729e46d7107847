"""How the failures of a handler's process reach the parent: said there, and understood here."""

import errno
import os
import signal
import traceback
from typing import Any

from gpu_node.children.framing import Message
from gpu_node.errors import Canceled, GpuNodeError, PermanentError, RetryableError
from gpu_node.handlers.plain_json import NotJson, clean_text, to_plain

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


def to_failure(error: BaseException) -> Message:
    """The way of an error to the parent, which turns it into a problem."""
    if isinstance(error, GpuNodeError):
        kind = "canceled" if isinstance(error, Canceled) else "retryable"
        kind = "permanent" if isinstance(error, PermanentError) else kind
        about = {"code": clean_text(error.code), "detail": clean_text(error.detail)}
        return {"class": kind, **about, "extensions": _plain_extensions(error)}
    if isinstance(error, MemoryError):
        return {"class": "memory"}
    stack = clean_text("".join(traceback.format_exception(error)))
    if isinstance(error, OSError) and error.errno is not None:
        return {"class": "os", "errno": error.errno, "stack": stack}
    return {"class": "unknown", "stack": stack}


def _plain_extensions(error: GpuNodeError) -> Any:
    try:
        return to_plain(error.extensions)
    except NotJson:
        return {}
