"""Minutes of text are spoken at one level, without clicks, and without memory that stays."""

import resource
import sys
from pathlib import Path

import numpy as np
import pytest
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.handlers.synthesize_speech import synthesize_speech
from mediakit.sound.loudness import PEAK, RATE, loudness_lufs
from mediakit.sound.wav import read_wav

SENTENCE = (
    "The morning train was late again, so we walked along the river. Nobody minded the rain! "
)


def resident_mb() -> float:
    """What the process holds now; elsewhere than on Linux the most that it ever held."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def speak(workshop: Workshop, text: str) -> np.ndarray:
    outputs = synthesize_speech.run(
        models.SynthesizeSpeechParams(),
        models.SynthesizeSpeechInputs(text=text),
        workshop.using("hibari"),
    )
    return read_wav(workshop.path(outputs["audio"]))[0]


def clicks(samples: np.ndarray) -> int:
    """Steps into or out of a pause (5 ms of digital silence or more) that are larger than a fade
    makes."""
    sounds = np.concatenate([[1], np.abs(samples) > 1e-6, [1]]).astype(np.int8)
    steps = np.diff(sounds)
    starts, ends = np.flatnonzero(steps == -1), np.flatnonzero(steps == 1)
    pauses = ends - starts >= RATE // 200
    around = np.concatenate([starts[pauses] - 1, ends[pauses]])
    inside = around[(around >= 0) & (around < len(samples))]
    return int((np.abs(samples[inside]) > 0.01).sum())


def test_minutes_of_text_leave_no_memory_and_no_clicks(workshop: Workshop) -> None:
    speak(workshop, SENTENCE * 2)
    before = resident_mb()
    samples = speak(workshop, SENTENCE * 50)
    seconds = len(samples) / RATE
    assert seconds > 240
    assert loudness_lufs(samples) == pytest.approx(-16, abs=0.6)
    assert np.abs(samples).max() <= PEAK + 1e-4
    assert clicks(samples) == 0
    # The control: a join without fades would be found.
    cut = samples.copy()
    cut[: len(cut) // 2 + int(np.abs(cut[len(cut) // 2 :]).argmax())] = 0
    assert clicks(cut) > 0
    held_mb = samples.nbytes / 1e6
    del cut, samples
    assert resident_mb() - before < 60 + held_mb
