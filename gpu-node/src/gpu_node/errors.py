"""The failures that a handler may end with; the task runner turns each into a problem."""

from typing import Any


class GpuNodeError(Exception):
    """A failure with a stable `code` (kebab-case slug) and a `detail` that a person can act on.

    `extensions` travel in the problem, for example `pointer` with the JSON pointer of the field at
    fault. The arguments are kept in `args`, so that the error survives the way between processes.
    """

    def __init__(self, code: str, detail: str, **extensions: Any) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.extensions = extensions

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class CannotServe(Exception):
    """The service cannot start as it is set up; the message says why, for a person."""


class RetryableError(GpuNodeError):
    """The same work may succeed later or elsewhere."""


class PermanentError(GpuNodeError):
    """The same work would fail again: the input, or this installation, has to change."""


class Canceled(GpuNodeError):
    """The run no longer wants the result."""


class BadText(PermanentError):
    """A text cannot be spoken."""


class BadImage(PermanentError):
    """A picture cannot be read, or is outside the limits."""


class NoFace(PermanentError):
    """A picture shows no face that can be animated."""


class BadMedia(PermanentError):
    """Sound, video or the data beside them cannot be read, or do not belong together."""


class UnknownVoice(PermanentError):
    """No installed engine has the voice that was asked for."""


class EngineUnavailable(PermanentError):
    """The engine that was asked for cannot work on this machine."""
