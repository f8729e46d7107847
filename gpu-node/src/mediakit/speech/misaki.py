# ruff: noqa: RUF001
"""Kokoro's and its relatives' phonemes (misaki: IPA with capitals for diphthongs) in ARPAbet."""

ARPABET: dict[str, tuple[str, ...]] = {
    "A": ("ey",), "I": ("ay",), "O": ("ow",), "Q": ("ow",), "W": ("aw",), "Y": ("oy",),
    "a": ("ae",), "b": ("b",), "d": ("d",), "e": ("ey",), "f": ("f",), "h": ("hh",), "i": ("iy",),
    "j": ("y",), "k": ("k",), "l": ("l",), "m": ("m",), "n": ("n",), "o": ("ao",), "p": ("p",),
    "r": ("r",), "s": ("s",), "t": ("t",), "u": ("uw",), "v": ("v",), "w": ("w",), "x": ("hh",),
    "z": ("z",), "T": ("t",), "S": ("sh",),
    "æ": ("ae",), "ð": ("dh",), "θ": ("th",), "ŋ": ("ng",), "ɑ": ("aa",), "ɐ": ("ah",),
    "ɒ": ("aa",), "ɔ": ("ao",), "ə": ("ah",), "ɚ": ("er",), "ɛ": ("eh",), "ɜ": ("er",),
    "ɡ": ("g",), "ɪ": ("ih",), "ɨ": ("ih",), "ɹ": ("r",), "ɾ": ("t",), "ʃ": ("sh",), "ʊ": ("uh",),
    "ʌ": ("ah",), "ʒ": ("zh",), "ʔ": ("t",), "ʤ": ("jh",), "ʧ": ("ch",), "ᵊ": ("ah",), "ᵻ": ("ih",),
}  # fmt: skip
"""Symbols that sound."""

MARKS = frozenset("ˈˌ")
"""Symbols before a sound that only say how it is stressed; their time belongs to that sound."""

LENGTH = "ː"
"""Says that the sound before goes on."""
