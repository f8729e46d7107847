"""Says why a connection could not be made, for Redis and the object store alike; in the words of
the gateway."""

import errno
import socket
import ssl
from collections.abc import Iterator

_BY_ERRNO = {
    errno.ECONNREFUSED: "Nobody listens at the address of @",
    errno.ENOENT: "There is no socket at the path of @",
    errno.EACCES: "The socket of @ may not be opened",
    errno.EHOSTUNREACH: "The host of @ cannot be reached",
    errno.ENETUNREACH: "The host of @ cannot be reached",
    errno.ECONNRESET: "@ closes the connection; "
    "perhaps it expects TLS and its address asks for none",
}
_NO_TLS = "@ speaks no TLS, and its address asks for it"
_SILENT = "@ does not take the connection; perhaps it speaks no TLS and its address asks for it"


class EdgeFault(ConnectionError):
    """What an edge before a service did in place of passing bytes on; its text is the sentence,
    with @ for the service."""


def connection_fault(error: BaseException, name: str) -> str | None:
    """One sentence; None where neither the error nor what caused it tells of a connection."""
    for each in _causes(error):
        if sentence := _sentence(each):
            text = sentence.replace("@", name)
            return text[0].upper() + text[1:]
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, the first cause first: it knows best."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if each in found:
            continue
        found.append(each)
        # urllib3 keeps what it gave up on as `reason`.
        context = None if each.__suppress_context__ else each.__context__
        causes = (each.__cause__, context, getattr(each, "reason", None))
        waiting += [cause for cause in causes if isinstance(cause, BaseException)]
    return reversed(found)


def _sentence(error: BaseException) -> str | None:
    if isinstance(error, EdgeFault):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The TLS certificate of @ is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLEOFError):
        return f"{_BY_ERRNO[errno.ECONNRESET]} (EOF)"
    if isinstance(error, ssl.SSLError):
        return f"{_NO_TLS} ({error.reason})"
    if isinstance(error, socket.gaierror):
        return f"The host name of @ cannot be resolved ({error.strerror})"
    if isinstance(error, OSError) and error.errno in _BY_ERRNO:
        return f"{_BY_ERRNO[error.errno]} ({errno.errorcode[error.errno]})"
    if isinstance(error, TimeoutError):
        return f"{_SILENT} (ETIMEDOUT)"
    return None
