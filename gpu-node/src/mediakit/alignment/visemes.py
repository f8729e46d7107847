"""What the mouth does for each phone: how far it opens and how wide it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mouth:
    """`open`: 0 closed to 1 wide open; `width`: 1 at rest, less when rounded, more when spread."""

    open: float
    width: float


REST = Mouth(0.0, 1.0)

VISEMES: dict[str, tuple[Mouth, ...]] = {
    "pau": (REST,),
    "m": (REST,), "b": (REST,), "p": (REST,),
    "f": (Mouth(0.10, 1.0),), "v": (Mouth(0.10, 1.0),),
    "t": (Mouth(0.22, 1.03),), "d": (Mouth(0.22, 1.03),), "n": (Mouth(0.24, 1.02),),
    "s": (Mouth(0.17, 1.07),), "z": (Mouth(0.17, 1.07),), "l": (Mouth(0.30, 1.02),),
    "th": (Mouth(0.24, 1.02),), "dh": (Mouth(0.24, 1.02),),
    "sh": (Mouth(0.24, 0.84),), "zh": (Mouth(0.24, 0.84),),
    "ch": (Mouth(0.24, 0.86),), "jh": (Mouth(0.24, 0.86),),
    "k": (Mouth(0.28, 1.0),), "g": (Mouth(0.28, 1.0),), "ng": (Mouth(0.28, 1.0),),
    "hh": (Mouth(0.38, 1.0),), "y": (Mouth(0.28, 1.07),),
    "r": (Mouth(0.30, 0.86),), "er": (Mouth(0.38, 0.88),),
    "iy": (Mouth(0.34, 1.12),), "ih": (Mouth(0.40, 1.08),),
    "eh": (Mouth(0.62, 1.07),), "ae": (Mouth(0.82, 1.08),), "ah": (Mouth(0.60, 1.0),),
    "aa": (Mouth(0.95, 0.97),), "ao": (Mouth(0.76, 0.86),),
    "uh": (Mouth(0.38, 0.80),), "uw": (Mouth(0.30, 0.72),), "w": (Mouth(0.20, 0.70),),
    "ey": (Mouth(0.60, 1.08), Mouth(0.36, 1.12)), "ay": (Mouth(0.90, 1.0), Mouth(0.40, 1.10)),
    "aw": (Mouth(0.90, 0.98), Mouth(0.36, 0.76)), "ow": (Mouth(0.64, 0.82), Mouth(0.32, 0.72)),
    "oy": (Mouth(0.62, 0.78), Mouth(0.36, 1.08)),
}  # fmt: skip
"""One or, for diphthongs, two mouths in turn, by phone in ARPAbet."""

UNKNOWN = Mouth(0.3, 1.0)

CLOSED = frozenset({"m", "b", "p"})
"""Phones that cannot be said with open lips."""
NARROW = frozenset({"f", "v"})
"""Phones for which the lower lip touches the teeth."""
