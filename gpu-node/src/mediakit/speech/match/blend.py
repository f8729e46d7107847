"""Mixes the three voices that are nearest to a speaker so that the mix is as near as it can be."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from mediakit.arrays import Floats

COUNT = 3
_LEAST_SHARE = 0.05
_SUM_TO_ONE = 100.0
"""Weight of the equation that the shares make a whole."""
_PITCH, _SPREAD = 2.0, 0.5
"""What pitch and its movement count beside all bands together: a wrong pitch is heard first."""


@dataclass(frozen=True)
class Blend:
    """Shares of voices, largest first; they sum to 1."""

    shares: tuple[tuple[str, float], ...]

    @property
    def main(self) -> str:
        """The voice with the largest share: its accent is spoken."""
        return self.shares[0][0]


def nearest_blend(speaker: Floats, voices: dict[str, Floats]) -> Blend:
    """The blend of at most COUNT voices; `speaker` and `voices` are vectors of voice prints."""
    scale = _scale(voices)
    distances = {name: distance(speaker, vector, voices) for name, vector in voices.items()}
    names = sorted(distances, key=lambda name: distances[name])[:COUNT]
    wanted = speaker / scale
    columns = np.array([voices[name] / scale for name in names]).T
    whole = np.full((1, len(names)), _SUM_TO_ONE)
    shares, _ = nnls(np.vstack([columns, whole]), np.append(wanted, _SUM_TO_ONE))
    shares[shares < _LEAST_SHARE * shares.sum()] = 0
    shares /= shares.sum()
    ranked = sorted(zip(names, shares.tolist(), strict=True), key=lambda pair: -pair[1])
    return Blend(tuple((name, share) for name, share in ranked if share > 0))


def distance(one: Floats, other: Floats, voices: dict[str, Floats]) -> float:
    """How differently two speakers sound: 1 is about the difference of two of the voices."""
    between = (one - other) / _scale(voices)
    return float(np.sqrt((between**2).sum() / 2 / (_PITCH + _SPREAD + 1)))


def _scale(voices: dict[str, Floats]) -> Floats:
    """What makes the numbers of a print comparable: their spread among the voices, and weights."""
    spread = np.array(list(voices.values())).std(axis=0)
    bands = len(spread) - 2
    return spread / np.sqrt(np.array([_PITCH, _SPREAD, *np.full(bands, 1 / bands)]))
