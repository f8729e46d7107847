"""What the operating system lets a handler's process take: memory, CPU time, size of files, open
files; and no core dump, which would hold what it worked on."""

import json
import resource
import signal
from collections.abc import Sequence
from dataclasses import asdict, dataclass

_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """From the configuration; 0 leaves a thing as the system has it."""

    confinement: str
    """`auto`, `required` or `off`, see confinement.py."""
    network: bool
    """Whether its handlers wait for services, so that confinement leaves them the network."""
    memory_mb: int
    """Of data: heap and private mappings. The address space is left alone, because models and
    thread stacks reserve much that they never touch. Held by Linux only."""
    cpu_s: int
    """For one call."""
    file_mb: int
    """For one file."""
    open_files: int
    hidden_files: Sequence[str] = ()
    """Files of this user that are empty for handlers where they are confined. Absolute paths."""

    def to_argument(self) -> str:
        """As an argument of the process."""
        return json.dumps(asdict(self))

    @staticmethod
    def of_argument(text: str) -> "Limits":
        """The reverse."""
        return Limits(**json.loads(text))

    def hold(self) -> None:
        """Put them on this process and all that it starts; they cannot be raised again."""
        _lower(resource.RLIMIT_CORE, 0)
        if self.memory_mb:
            _lower(resource.RLIMIT_DATA, self.memory_mb * _MIB)
        if self.file_mb:
            _lower(resource.RLIMIT_FSIZE, self.file_mb * _MIB)
            # So that writing on is an error (EFBIG) instead of the end.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        if self.open_files:
            _lower(resource.RLIMIT_NOFILE, self.open_files)

    def begin_call(self) -> None:
        """Count the CPU time of one call: SIGXCPU ends the process that uses it up."""
        if not self.cpu_s:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + self.cpu_s
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _lower(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (most, most))
