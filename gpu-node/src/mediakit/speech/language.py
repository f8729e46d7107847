# ruff: noqa: RUF001
"""Notices that a text in Latin letters is not English: by the dictionary, by small words, and by a
detector (CLD3) whose network lies in its package."""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from mediakit.speech.front_end.lexicon import is_english, is_english_name
from mediakit.speech.language_words import LOANS, OTHERS, PARTICLES, SHORT, SMALL, SURE

_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’][^\W\d_]+){0,9}(?!\w)")
_UNSAID = re.compile(
    r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|[#@]\w+|(?<!\w)\w*[_/\\=(){}<>$]\S*|[/\\=(){}<>$]\S*"
)
"""Addresses, names on networks and code are no language."""
_VOWEL = re.compile(r"[^bcdfghjklmnpqrstvwxz]", re.I)
_ROMAN = re.compile(r"[IVX]{2,9}")
_UNIT = 2
_QUOTED = re.compile(r'["“„«][^"“”„«»]{1,300}["”“»]')
_SURE, _MOST_ENGLISH = 0.7, 0.8
"""The detector's own probability; share of words that a dictionary of English has. French shares
four words of five with it in some sentences."""
_FEW_ENGLISH, _HALF_ENGLISH, _LIKELY = 0.45, 0.7, 0.5
_LEAST_SMALL = 0.2
"""Share of the words that every English sentence has: the, of, is."""
_MOST_NAMES, _FEW_WORDS, _MOST = 4, 3, 0.6
_LEAST_AROUND = 3
_NONE: frozenset[str] = frozenset()
_LEAST_HITS = 3
_MOST_MARKED = 0.1
"""English has hardly any letters with accents."""
_ENOUGH_WORDS = 8


def foreign_language(text: str) -> str | None:
    """What a text is instead of English ("German", "another language"), if anything."""
    plain = LOANS.sub(" ", _UNSAID.sub(" ", text))
    around = _QUOTED.sub(" ", plain)
    # What is quoted may be in any language, if somebody quotes it.
    plain = around if len(_WORD.findall(around)) >= _LEAST_AROUND else plain
    words = [word for word in _WORD.findall(plain) if _counts(word)]
    lower = [word.casefold().replace("’", "'") for word in words]
    if not any(len(word) > 1 for word in words):
        return None
    return _by_words(plain, lower) or _by_detector(plain, words, lower)


def _counts(word: str) -> bool:
    """Whether it tells of a language: letters alone, units, Roman numerals and x² do not."""
    if len(word) == 1:
        return word in "aIyeéoàui"
    is_unit = len(word) == _UNIT and not _VOWEL.search(word)
    is_formula = not word.replace("'", "").replace("’", "").isalpha()
    return not (is_unit or is_formula or _ROMAN.fullmatch(word))


def _by_words(plain: str, lower: list[str]) -> str | None:
    """By words that only one language has: most of a short text, some of a long one."""
    counts = Counter(lower)
    small = sum(counts[word] for word in SMALL)
    hits = {name: sum(counts[word] for word in known) for name, known in OTHERS.items()}
    best = max(hits, key=lambda name: hits[name])
    if hits[best] >= max(_LEAST_HITS, 2 * small + 1):
        return best
    is_said = len(counts) > 1 or (len(lower) == 1 and not is_english(lower[0]))
    if is_said and not any(word in SURE for word in lower):
        shares = {
            name: sum(counts[w] for w in SHORT[name] | OTHERS.get(name, _NONE)) for name in SHORT
        }
        likely = max(shares, key=lambda name: shares[name])
        whole = 1.0 if len(lower) <= _FEW_WORDS else _MOST
        if shares[likely] >= whole * len(lower):
            return likely
    letters = sum(map(len, lower))
    marked = sum(not c.isascii() and c.isalpha() for c in plain)
    if marked > _MOST_MARKED * letters and len(lower) >= _ENOUGH_WORDS:
        return best if hits[best] > 1 else "another language"
    return None


def _by_detector(plain: str, words: list[str], lower: list[str]) -> str | None:
    if sum(word in SURE for word in lower) >= _LEAST_SMALL * len(lower) or _are_names(words):
        return None
    # A capital inside a sentence is a name's, of any language.
    inside = [word for word in words[1:] if word[0].islower()]
    rest = inside if len(inside) < len(words) - 1 and inside else words
    known = sum(is_english(word) or is_english_name(word) for word in rest) / len(rest)
    if known > _MOST_ENGLISH or len(words) < 2 or (known and len(words) == 2):
        return None
    found = _detector().FindLanguage(text=plain)
    # Two words of Latin name an animal or an illness.
    if found.language == "en" or (found.language == "la" and len(words) <= _FEW_WORDS):
        return None
    if found.probability >= (_SURE if known > _HALF_ENGLISH else _LIKELY) or known <= _FEW_ENGLISH:
        return _NAMES.get(found.language, "another language")
    return None


def _are_names(words: list[str]) -> bool:
    """Few words, all with a capital."""
    return len(words) <= _MOST_NAMES and all(
        word[0].isupper() or word.casefold() in PARTICLES for word in words
    )


_NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "pl": "Polish",
    "cs": "Czech", "tr": "Turkish", "id": "Indonesian", "ms": "Malay", "fi": "Finnish",
    "sw": "Swahili", "hu": "Hungarian", "ro": "Romanian", "vi": "Vietnamese", "hr": "Croatian",
    "et": "Estonian", "fil": "Tagalog", "ca": "Catalan", "cy": "Welsh",
}  # fmt: skip


@lru_cache(maxsize=1)
def _detector() -> Any:
    import gcld3

    return gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=20_000)
