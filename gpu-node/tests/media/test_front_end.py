# ruff: noqa: RUF001
"""What is written is read with the words that a person would say."""

import re
from pathlib import Path

import pytest

from mediakit.speech.front_end import read_aloud, signs
from mediakit.speech.front_end.read_aloud import readable
from mediakit.speech.phonemes import phonemizer
from mediakit.speech.sentences import sentences
from mediakit.speech.text import MAX_CHARACTERS, speakable


def table(name: str) -> list[tuple[str, ...]]:
    """A file of this folder: a row per line, its cells apart by tabs."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines() if line]


ROWS = table("readings.tsv")
"""What it is about, what is written, and what a person reads."""
HETERONYMS = table("heteronyms.tsv")
"""A text, and the sound that must be in it (without stress)."""


def sounds(text: str) -> str:
    """The phonemes; stress and pauses are no words."""
    pieces = phonemizer(british=False).pieces(speakable(text), 300)
    spoken = " ".join(piece.spoken for piece in pieces)
    return "".join(symbol for symbol in spoken if symbol not in " ˈˌ.,:;!?—")


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 200


@pytest.mark.parametrize(("kind", "written", "read"), ROWS)
def test_it_is_read_as_a_person_would(kind: str, written: str, read: str) -> None:
    del kind
    assert sounds(written) == sounds(read)


@pytest.mark.parametrize(("text", "sound"), HETERONYMS)
def test_neighbors_decide_between_two_sounds(text: str, sound: str) -> None:
    (piece,) = phonemizer(british=False).pieces(speakable(text), 300)
    assert sound in piece.spoken.replace("ˈ", "").replace("ˌ", "")


@pytest.mark.parametrize(
    ("text", "us", "gb"),
    [
        ("I object.", "əbʤɛkt", "əbʤɛkt"),
        ("a minute detail", "mInut", "mInjuːt"),
        ("made of lead", "lɛd", "lɛd"),
    ],
)
def test_both_accents_have_both_sounds(text: str, us: str, gb: str) -> None:
    for british, sound in ((False, us), (True, gb)):
        (piece,) = phonemizer(british).pieces(text, 300)
        assert sound in piece.spoken.replace("ˈ", "").replace("ˌ", "")


@pytest.mark.parametrize("voice", ["us", "gb"])
def test_both_accents_have_the_front_end(voice: str) -> None:
    read = phonemizer(british=voice == "gb")
    one, other = (read.pieces(text, 300)[0].spoken for text in ("Leo XIV", "Leo the fourteenth"))
    assert one == other


@pytest.mark.parametrize(
    "text",
    [
        "½ cup costs €29,99 at 8 a.m.–5 p.m.",
        'THIS is "The dog" of Leo XIV, 10 000 m².',
        "Call +44 20 7946 0958 or i7-9700K: CO2, 5g.",
    ],
)
def test_captions_keep_what_was_written(text: str) -> None:
    assert [piece.text for piece in phonemizer(british=False).pieces(speakable(text), 300)] == [
        text
    ]


HOSTILE = [
    "1,", "1.", "1 ", "1-", "a.", "a-", "$1", "A.", "IV ", "½", "x^", "(", '"', "'", "#", "@", "1:",
    "²", "1/", "http://", "a@", "St. ", "Dr. ", "A'", "9 a.m.", "I ", "_", "0", "000 ", "1a", "a1-",
    "&", "=", "+1 ", "100 000 ", "III", "www.", "X", "a/", "No. 1 ", "€1.000,", "-", "~/a/", "'90s",
]  # fmt: skip


RULES = [*read_aloud.TABLE, *signs.TIDY]


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in RULES], ids=range(len(RULES)))
def test_nothing_is_repeated_without_end_inside_a_repetition(pattern: re.Pattern[str]) -> None:
    # What makes a pattern's work grow faster than the text.
    outside = re.sub(r"\[(?:\\.|[^\]\\])*\]|\\.", "x", pattern.pattern)
    assert not re.search(r"[+*][^()|]*\)(?:[+*]|\{\d*,\})", outside)
    assert not re.search(r"x[+*]x[+*]", outside)


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_text_comes_to_an_end(part: str) -> None:
    text = (part * MAX_CHARACTERS)[:MAX_CHARACTERS]
    assert len(readable(text)) < 40 * MAX_CHARACTERS
    assert all(len(s.text) <= MAX_CHARACTERS for s in sentences(text))
