"""How many tasks may wait here beyond the places, so that no place waits for a way to Redis and
back."""

from collections import deque
from collections.abc import Collection
from math import ceil
from statistics import median

AHEAD_TASKS = 16
"""Whatever short tasks and a long way would ask for."""
AHEAD_S = 1.0
"""What waits here is work of no more than that, and is given back after it: another box may have
nothing to do."""
NEAR_S = 0.01
"""Whoever has Redis so near takes nothing ahead: there is little to gain."""
WORTH = 0.01
"""Less of a place's time than that is not worth it."""
KEPT = 9
"""So many of the latest are looked at: one that was odd says nothing."""
UNTRIED_TASKS = 2
"""For each place, as long as none has ended: as many as a way takes, if they last for half of it or
more."""
SURE_TRIPS = 5
"""So many have to say that Redis is far before a task has ended: a machine that is busy thinks so
of one that is beside it."""
FAR_S = 0.02
"""Each of them so far."""
DOUBT_TRIPS = 3
"""What waits here is given back after so many ways, where none has ended by then."""


class Ahead:
    """Knows how long tasks take here, and the way to Redis and back."""

    def __init__(self) -> None:
        self._tasks: deque[float] = deque(maxlen=KEPT)
        self._trips: deque[float] = deque(maxlen=KEPT)

    def task_took(self, seconds: float) -> None:
        """A task has worked for so long."""
        self._tasks.append(seconds)

    def trip_took(self, seconds: float) -> None:
        """A question was answered after so long."""
        self._trips.append(seconds)

    def room(self, places: int, ages: Collection[float]) -> int:
        """For how many tasks, where `ages` says for how long those that work have done so.

        A place that becomes free is known to be so when a question is on its way already, so its
        next task comes within two ways; and one more, because not all ways are of one length. None
        as long as all that works goes on for longer than tasks did before: nothing is known of how
        long that may be. Before one has ended, none once any of them has worked for long.
        """
        if not self._tasks:
            is_worth_it = self._is_far() and max(ages, default=0.0) < self.patience_s()
            return min(AHEAD_TASKS, UNTRIED_TASKS * places) if is_worth_it else 0
        if not self._trips:
            return 0
        task_s = max(median(self._tasks), min(ages, default=0.0), 1e-6)
        trip_s = median(self._trips)
        gap_s = 2 * trip_s
        if trip_s < NEAR_S or gap_s < WORTH * task_s:
            return 0
        needed = ceil(gap_s * places / task_s) + 1
        return min(AHEAD_TASKS, needed, int(AHEAD_S * places / task_s))

    def patience_s(self) -> float:
        """After how long what waits here is given back."""
        if self._tasks or not self._is_far():
            return AHEAD_S
        return min(AHEAD_S, DOUBT_TRIPS * median(self._trips))

    @property
    def is_unsure(self) -> bool:
        """Whether the way is to be measured before anything is known of tasks."""
        return not self._tasks and len(self._trips) < SURE_TRIPS

    def _is_far(self) -> bool:
        return len(self._trips) >= SURE_TRIPS and min(self._trips) >= FAR_S
