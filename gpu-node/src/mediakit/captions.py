# ruff: noqa: RUF001
"""Makes captions (WebVTT) from the words of speech and their times."""

import re
from dataclasses import dataclass

from mediakit.speech.speech import Word

LINE = 38
"""Characters per line; two lines of it can be read on a square picture."""
_MOST_S = 6.0
_HOLD_S = 0.5
"""A caption stays so long after its last word, if no other one follows."""
_LEAST_S = 0.9
"""A shorter caption cannot be read; it lasts into a pause behind it."""
_PAUSE_S = 0.45
"""Such a pause between two words ends a caption."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
_CLAUSE_END = re.compile(r"[,;:—–][\"'”’)\]]*$")

_STAMP = r"(?:\d+:)?\d\d:\d\d\.\d{3}"
_CUE = re.compile(
    rf"^(?P<start>{_STAMP})[ \t]+-->[ \t]+(?P<end>{_STAMP})[^\n]*\n(?P<text>(?:[^\n]+\n?)+)", re.M
)
_TAG = re.compile(r"<[^>]{0,200}>")


@dataclass(frozen=True)
class Cue:
    """A caption: one or two lines, and when they are shown."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


def to_cues(words: tuple[Word, ...], duration_s: float) -> list[Cue]:
    """Captions in order and without overlap; each word stands in exactly one of them."""
    groups: list[list[Word]] = []
    rest = list(words)
    while rest:
        count = _first_group(rest)
        groups.append(rest[:count])
        rest = rest[count:]
    cues: list[Cue] = []
    for number, group in enumerate(groups):
        start_s, said_s = group[0].start_s, group[-1].end_s
        limit_s = groups[number + 1][0].start_s if number + 1 < len(groups) else duration_s
        end_s = min(max(said_s + _HOLD_S, start_s + _LEAST_S), max(limit_s, said_s))
        cues.append(Cue(start_s, end_s, _lines([word.text for word in group])))
    return cues


def to_webvtt(cues: list[Cue]) -> str:
    """The captions as a WebVTT file."""
    blocks = ["WEBVTT"]
    for number, cue in enumerate(cues, 1):
        text = "\n".join(_escaped(line) for line in cue.lines)
        blocks.append(f"{number}\n{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def from_webvtt(text: str) -> list[Cue]:
    """Captions of a WebVTT file; styles and positions are dropped. `ValueError` if it is none."""
    if not text.lstrip("\ufeff").startswith("WEBVTT"):
        raise ValueError("it does not begin with WEBVTT")
    return [
        Cue(_seconds(match["start"]), _seconds(match["end"]), _plain(match["text"]))
        for match in _CUE.finditer(text.replace("\r\n", "\n"))
    ]


def shifted_cues(cues: list[Cue], by_s: float) -> list[Cue]:
    """The same captions, later by `by_s`."""
    return [Cue(cue.start_s + by_s, cue.end_s + by_s, cue.lines) for cue in cues]


def _first_group(words: list[Word]) -> int:
    """How many of the words make the first caption: what fits, cut at the best place."""
    fits = 1
    while fits < len(words) and _can_grow(words[: fits + 1]):
        if _SENTENCE_END.search(words[fits - 1].text) or _follows_pause(words, fits):
            return fits
        fits += 1
    if fits == len(words):
        return fits
    for pattern in (_SENTENCE_END, _CLAUSE_END):
        ends = [i for i in range(fits, fits // 2, -1) if pattern.search(words[i - 1].text)]
        if ends:
            return ends[0]
    return fits


def _can_grow(words: list[Word]) -> bool:
    fits = _arranged([word.text for word in words]) is not None
    return fits and words[-1].end_s - words[0].start_s <= _MOST_S


def _follows_pause(words: list[Word], index: int) -> bool:
    return words[index].start_s - words[index - 1].end_s >= _PAUSE_S


def _lines(words: list[str]) -> tuple[str, ...]:
    """The words on lines; only a single word may need to be broken."""
    whole = " ".join(words)
    return _arranged(words) or tuple(whole[i : i + LINE] for i in range(0, len(whole), LINE))


def _arranged(words: list[str]) -> tuple[str, ...] | None:
    """One line if the words fit, two of similar length otherwise; None if they fit neither."""
    whole = " ".join(words)
    if len(whole) <= LINE:
        return (whole,)
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    good = [split for split in splits if max(map(len, split)) <= LINE]
    return min(good, key=lambda split: abs(len(split[0]) - len(split[1])), default=None)


def _stamp(time_s: float) -> str:
    thousandths = round(time_s * 1000)
    seconds, thousandths = divmod(thousandths, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seconds(stamp: str) -> float:
    *rest, seconds = stamp.split(":")
    return sum(int(part) * 60 ** (i + 1) for i, part in enumerate(reversed(rest))) + float(seconds)


def _plain(text: str) -> tuple[str, ...]:
    bare = _TAG.sub("", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return tuple(bare.strip().split("\n"))
