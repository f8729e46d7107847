"""English words, by the dictionary that the voices read with."""

import gzip
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "n't", "'ll", "'ve", "'re", "'d")
_FILE = "assets/lexicon_us_gold.json.gz"


def is_english(word: str) -> bool:
    """Whether a word, an ending taken off it, is an ordinary English one; names are not."""
    plain = word.casefold().replace("\u2019", "'")
    known = _words()
    if plain in known:
        return True
    for ending in _ENDINGS:
        stem = plain.removesuffix(ending)
        if len(stem) > 1 and stem != plain and not known.isdisjoint(_stems(stem, ending)):
            return True
    return False


def is_english_name(word: str) -> bool:
    """Whether a word with a capital is a name that English readers know: Sunday, Paris."""
    return word[:1].isupper() and word in _names()


def _stems(stem: str, ending: str) -> tuple[str, ...]:
    """`bak` of `baking` is `bake`, `runn` is `run`, `cities` without `es` is `city`."""
    if ending in ("s", "'s", "n't", "'ll", "'ve", "'re", "'d"):
        return (stem,)
    shorter = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
    return (stem, stem + "e", shorter, stem[:-1] + "y" if stem.endswith("i") else stem)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    return frozenset(word for word in _dictionary() if word.islower())


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(word for word in _dictionary() if word.istitle())


def _dictionary() -> Iterable[str]:
    found = find_spec("hibari")
    if found is None or found.origin is None:
        return ()
    with gzip.open(Path(found.origin).parent / _FILE, "rt", encoding="utf-8") as file:
        return json.load(file)
