"""Which engines' networks one handler process holds, and for which it was called last, as the
metrics of its gpu-node say."""

from collections.abc import Collection, Iterable, Mapping

from gpu_node.metrics import Metrics


class Residency:
    """Of one process, from its start to its end."""

    def __init__(self, metrics: Metrics, engines: Collection[str]) -> None:
        """`engines`: the names that there are. What a handler's process says may be anything."""
        self._metrics = metrics
        self._engines = engines
        self._held: dict[str, int] = {}
        self._called_for = ""
        self._is_gone = False

    def loaded(self, engine: str, seconds: float) -> None:
        """It has loaded a network."""
        if engine in self._engines:
            self._metrics.load_seconds.labels(engine).observe(seconds)

    def holds(self, held: Mapping[str, int]) -> None:
        """It holds these now, with what it grew by as it loaded them. What it has said last may be
        read after its end."""
        if self._is_gone:
            return
        known = {engine: size for engine, size in held.items() if engine in self._engines}
        for before, sign in ((self._held, -1), (known, 1)):
            for engine, size in before.items():
                self._metrics.resident_processes.labels(engine).inc(sign)
                self._metrics.resident_bytes.labels(engine).inc(sign * size)
        self._held = known

    def gone(self) -> None:
        """The process has ended, with all that it held."""
        self.holds({})
        self._is_gone = True

    def give_to(self, engine: str, ended: Iterable["Residency"] = ()) -> None:
        """A call for this engine follows. `ended`: processes that had grown too much and made room
        for it."""
        if any(other.was_of_another(engine) for other in ended):
            self._metrics.handovers.labels(engine, "dropped").inc()
        elif self.was_of_another(engine):
            self._metrics.handovers.labels(engine, "kept").inc()
        self._called_for = engine

    def was_of_another(self, engine: str) -> bool:
        """Whether the call before was for another engine."""
        return self._called_for not in ("", engine)
