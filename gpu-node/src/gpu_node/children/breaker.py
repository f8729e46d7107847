"""Gives no calls to a handler that crashes for one run after another, so that it cannot keep the
machine busy dying."""

from gpu_node.clock import Clock

MAX_RUNS = 5
"""Different runs in a row; then the type rests, and one call is tried. A run that crashes again
and again says nothing about the others."""
REST_S = 30.0


class Breaker:
    """One circuit per node type: a poisonous type does not stop the others."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._crashed: dict[str, dict[str, None]] = {}
        self._crashed_at: dict[str, float] = {}

    def why_not(self, node_type: str) -> str | None:
        """Why the type rests, if it does."""
        if len(self._crashed.get(node_type, ())) < MAX_RUNS:
            return None
        rest_s = self._crashed_at[node_type] + REST_S - self._clock.elapsed()
        if rest_s <= 0:
            return None
        return f"{node_type} crashed for {MAX_RUNS} runs in a row and rests for {rest_s:.0f} s"

    def resting(self) -> list[str]:
        """Why each type that rests does."""
        return [why for name in self._crashed if (why := self.why_not(name))]

    def succeeded(self, node_type: str) -> None:
        """A process survived a call."""
        self._crashed.pop(node_type, None)

    def crashed(self, node_type: str, run_id: str) -> None:
        """A process died in a call of this run."""
        runs = self._crashed.setdefault(node_type, {})
        runs[run_id] = None
        while len(runs) > MAX_RUNS:
            del runs[next(iter(runs))]
        self._crashed_at[node_type] = self._clock.elapsed()
