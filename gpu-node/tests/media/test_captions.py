"""Captions show each word once, when it is said, on lines that can be read."""

import re
from itertools import pairwise

import numpy as np
import pytest
from media.film import speak
from media.workshop import Workshop

from mediakit.arrays import Samples
from mediakit.captions import LINE, Cue, to_cues, to_webvtt
from mediakit.sound.loudness import RATE
from mediakit.sound.wav import read_wav
from mediakit.speech.speech import Phone, Speech, Word
from mediakit.speech.word_times import with_words

TEXT = (
    "Hello there, my name is Robin. On May 5, at 7:30, people brought bread & apples, a big pot "
    "of jam <3, and no less than $20 in coins. Wow!"
)
_CUE = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\n((?:.+\n?)+)")


def read(text: str) -> list[Cue]:
    assert text.startswith("WEBVTT\n\n")
    cues: list[Cue] = []
    for match in _CUE.finditer(text):
        start, end = (
            int(match[i]) * 3600 + int(match[i + 1]) * 60 + float(match[i + 2]) for i in (1, 4)
        )
        cues.append(Cue(start, end, tuple(match[7].strip().split("\n"))))
    return cues


def words(text: str, word_s: float = 0.3) -> tuple[Word, ...]:
    return tuple(Word(w, i * word_s, (i + 1) * word_s) for i, w in enumerate(text.split()))


def silence(duration_s: float) -> Samples:
    return np.zeros(int(duration_s * RATE), np.float32)


def test_a_speech_comes_with_captions_of_all_its_words(workshop: Workshop) -> None:
    outputs = speak(workshop, TEXT)
    assert outputs["captions"]["media_type"] == "text/vtt"
    vtt = workshop.path(outputs["captions"]).read_text(encoding="utf-8")
    assert "&amp; apples" in vtt
    cues = read(vtt)
    shown = " ".join(line for cue in cues for line in cue.lines)
    assert shown == TEXT.replace("&", "&amp;").replace("<3", "3")


def test_captions_appear_when_their_silence(workshop: Workshop) -> None:
    outputs = speak(workshop, TEXT)
    samples, _ = read_wav(workshop.path(outputs["audio"]))
    cues = read(workshop.path(outputs["captions"]).read_text(encoding="utf-8"))
    assert cues[0].start_s > 0.15
    assert cues[-1].end_s <= len(samples) / RATE + 1e-3
    for before, after in pairwise(cues):
        assert before.end_s <= after.start_s + 1e-3
    for cue in cues:
        first = samples[int((cue.start_s - 0.02) * RATE) : int((cue.start_s + 0.25) * RATE)]
        assert abs(first).max() > 0.05


def test_lines_are_short_and_captions_end_where_sentences_do() -> None:
    text = "One two three four. " * 3 + "word " * 60 + "end."
    cues = to_cues(words(text), 100)
    assert all(len(line) <= LINE for cue in cues for line in cue.lines)
    assert all(len(cue.lines) <= 2 for cue in cues)
    assert [cue.lines for cue in cues[:3]] == [("One two three four.",)] * 3
    assert " ".join(line for cue in cues for line in cue.lines) == " ".join(text.split())


def test_a_pause_ends_a_caption_and_the_caption_stays_a_moment() -> None:
    said = (Word("Yes", 1.0, 1.2), Word("but", 3.0, 3.2), Word("no", 3.2, 3.4))
    first, second = to_cues(said, 5.0)
    assert (first.start_s, first.end_s) == (1.0, pytest.approx(1.9))
    assert second == Cue(3.0, pytest.approx(3.9), ("but no",))


def test_a_word_longer_than_a_line_is_broken() -> None:
    (cue,) = to_cues(words("a" * 100), 9)
    assert "".join(cue.lines) == "a" * 100
    assert max(map(len, cue.lines)) <= LINE


def test_times_and_signs_are_written_as_the_format_wants() -> None:
    assert to_webvtt([Cue(3661.2345, 3662, ("a --> b", "<i> & c"))]) == (
        "WEBVTT\n\n1\n01:01:01.234 --> 01:01:02.000\na --&gt; b\n&lt;i&gt; &amp; c\n"
    )


def test_a_voice_that_times_no_words_shares_its_time_among_them() -> None:
    phones = [Phone("pau", 0, 1), Phone("ah", 1, 4), Phone("pau", 4, 5)]
    speech = with_words(Speech(silence(5), RATE, phones), "ab c")
    assert speech.words == (Word("ab", 1, 3), Word("c", 3, 4))
    assert with_words(speech, "other") is speech
