"""Finds out when each written word is said, given the times of the words as they are read aloud."""

import re
from dataclasses import replace
from difflib import SequenceMatcher

from mediakit.speech.speech import SILENCE, Speech, Word

_NOT_A_LETTER = re.compile(r"[\W_]+")


def written_words(text: str, said: list[Word]) -> tuple[Word, ...]:
    """The words of `text` with times.

    Words that are read as they are written get their exact times; where "5 kg" is read as "five
    kilograms", those words share the exact time of the whole by their length.
    """
    written = text.split()
    if not said:
        return ()
    words: list[Word] = []
    matcher = SequenceMatcher(None, _keys(written), _keys([w.text for w in said]), autojunk=False)
    for kind, first, last, said_first, said_last in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(written[first:last], said[said_first:said_last], strict=True)
            words.extend(Word(text, word.start_s, word.end_s) for text, word in pairs)
        elif first < last:
            start, end = _span(said, said_first, said_last)
            words.extend(spread(written[first:last], start, end))
    return tuple(words)


def with_words(speech: Speech, text: str) -> Speech:
    """The speech with the words of `text`; where the engine did not time them, they share the time
    between its pauses by their length."""
    if speech.words:
        return speech
    sounding = [phone for phone in speech.phones if phone.phone != SILENCE]
    start_s = sounding[0].start_s if sounding else 0.0
    end_s = sounding[-1].end_s if sounding else speech.duration_s
    return replace(speech, words=spread(text.split(), start_s, end_s))


def spread(words: list[str], start_s: float, end_s: float) -> tuple[Word, ...]:
    """Words that share a time by their length."""
    total = sum(len(word) for word in words)
    spread_words: list[Word] = []
    at = start_s
    for word in words:
        end = at + (end_s - start_s) * len(word) / total
        spread_words.append(Word(word, at, end))
        at = end
    return tuple(spread_words)


def _keys(words: list[str]) -> list[str]:
    return [_NOT_A_LETTER.sub("", word).casefold() or word for word in words]


def _span(said: list[Word], first: int, last: int) -> tuple[float, float]:
    """When said[first:last] is said; for none, the moment between their neighbors."""
    if first < last:
        return said[first].start_s, said[last - 1].end_s
    moment = said[first - 1].end_s if first else said[0].start_s
    return moment, moment
