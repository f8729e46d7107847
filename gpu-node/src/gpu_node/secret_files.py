"""Reads files that hold one secret each, as Docker, Kubernetes and systemd hand them over."""

import errno
import os
import re
import stat

_MOST_BYTES = 16_384
"""Longer than any address or key; what is longer is another file."""
_UNOPENED = {
    errno.ENOENT: "names a file that does not exist",
    errno.EACCES: "names a file that this user may not read",
}
"""Why a file cannot be opened, by what the system says."""
_LINE_END = re.compile(r"\r?\n\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class SecretFileError(Exception):
    """Why a file gives no secret, as the rest of a sentence about its variable; shows neither the
    path, which may be a secret in the wrong place, nor what is in it."""


class SecretFiles:
    """Reads them, and remembers which of them everybody may read."""

    def __init__(self) -> None:
        self.open: list[str] = []
        """Variables. Containers hand secrets over so: it is no error."""

    def read(self, path: str, variable: str) -> str:
        """The secret that the file holds; raises SecretFileError."""
        try:
            # Waits for nobody who may write into a pipe.
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except (OSError, ValueError) as error:
            code = getattr(error, "errno", None)
            raise SecretFileError(
                _UNOPENED.get(code or 0, "names a file that cannot be read")
            ) from None
        try:
            mode = os.fstat(number).st_mode
            if not stat.S_ISREG(mode):
                raise SecretFileError("names something that is no regular file")
            if mode & stat.S_IWOTH:
                raise SecretFileError("names a file that everybody may write")
            if mode & stat.S_IROTH:
                self.open.append(variable)
            return _text_of(os.read(number, _MOST_BYTES + 1))
        finally:
            os.close(number)


def _text_of(content: bytes) -> str:
    """Its only line."""
    if len(content) > _MOST_BYTES:
        raise SecretFileError(f"names a file that is larger than {_MOST_BYTES} bytes")
    try:
        text = _LINE_END.sub("", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SecretFileError("names a file that is not UTF-8 text") from None
    if not text.strip():
        raise SecretFileError("names a file that is empty")
    if "\n" in text or "\r" in text:
        raise SecretFileError("names a file with more than one line")
    if _CONTROL.search(text):
        raise SecretFileError("names a file with control characters")
    return text
