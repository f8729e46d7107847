"""Speech that says the text, at the right level, with phone times that fit it."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from media.film import TEXT, speak
from media.phone_fit import fits
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.engines import table
from gpu_node.errors import EngineUnavailable, UnknownVoice
from gpu_node.handlers.synthesize_speech import synthesize_speech
from mediakit.sound.loudness import PEAK, RATE, limited, loudness_lufs
from mediakit.sound.wav import read_wav
from mediakit.speech import flite
from mediakit.speech.flite import parse_phones
from mediakit.speech.speech import Phone, Piece


def heard(workshop: Workshop, text: str = TEXT, **params: float) -> tuple[np.ndarray, list[Phone]]:
    outputs = speak(workshop, text, **params)
    samples, rate = read_wav(workshop.path(outputs["audio"]))
    assert rate == RATE == outputs["audio"]["meta"]["sample_rate"]
    assert abs(outputs["audio"]["meta"]["duration_s"] - len(samples) / rate) < 1e-4
    listed = json.loads(workshop.path(outputs["phones"]).read_text())
    return samples, [Phone(**phone) for phone in listed]


def frames_of(samples: np.ndarray, length_s: float) -> np.ndarray:
    size = int(length_s * RATE)
    return samples[: len(samples) // size * size].reshape(-1, size)


def pitch_hz(frame: np.ndarray) -> float | None:
    """Pitch by autocorrelation; None where the frame is not voiced."""
    frame = frame - frame.mean()
    spectrum = np.fft.rfft(frame, 2 * len(frame))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: len(frame)]
    if correlation[0] < 1e-4 * len(frame):
        return None
    low, high = RATE // 320, RATE // 70
    lag = low + int(correlation[low:high].argmax())
    return RATE / lag if correlation[lag] > 0.35 * correlation[0] else None


def test_it_is_speech(workshop: Workshop) -> None:
    samples, _ = heard(workshop)
    frames = frames_of(samples, 0.04)
    level = np.sqrt((frames**2).mean(axis=1))
    loud = frames[level > 0.05 * np.percentile(level, 95)]
    pitches = [pitch_hz(frame) for frame in loud]
    voiced = [pitch for pitch in pitches if pitch]
    assert np.isfinite(samples).all()
    assert len(loud) / len(frames) >= 0.6
    assert 0.5 <= len(voiced) / len(loud) <= 0.95
    assert 70 <= np.median(voiced) <= 300
    words = len(re.findall(r"\w+", TEXT))
    assert abs(len(samples) / RATE - words / 2.5) <= 0.4 * words / 2.5


def test_noise_is_not_taken_for_speech() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * RATE)
    assert not any(pitch_hz(frame) for frame in frames_of(noise, 0.04))


def test_the_level_is_that_of_the_contract(workshop: Workshop) -> None:
    samples, _ = heard(workshop)
    assert abs(loudness_lufs(samples) + 16) < 0.6
    assert np.abs(samples).max() <= PEAK + 1e-4


def test_loudness_meets_the_reference_tone() -> None:
    # BS.1770: a full-scale sine of 997 Hz on one channel reads -3.01 LUFS.
    tone = np.sin(2 * np.pi * 997 * np.arange(2 * RATE) / RATE).astype(np.float32)
    assert loudness_lufs(tone) == pytest.approx(-3.01, abs=0.05)


def test_the_limiter_only_touches_what_is_too_loud() -> None:
    sound = np.full(RATE, 0.1, np.float32)
    sound[24_000:24_010] = 2.0
    quiet = limited(sound)
    assert np.abs(quiet).max() <= PEAK + 1e-6
    assert np.array_equal(quiet[:20_000], sound[:20_000])


def test_the_limiter_works_by_chunks_without_seams() -> None:
    sound = np.random.default_rng(0).normal(0, 0.5, 25 * RATE).astype(np.float32)
    seam = 10 * RATE
    sound[seam - 3 : seam + 3] = 3.0
    around = slice(seam - RATE, seam + RATE)
    assert np.array_equal(
        limited(sound)[around], limited(sound[seam - 2 * RATE : seam + 2 * RATE])[RATE:-RATE]
    )


def test_phones_cover_the_sound_without_gaps(workshop: Workshop) -> None:
    samples, phones = heard(workshop)
    assert phones[0].start_s == 0
    assert phones[-1].end_s == pytest.approx(len(samples) / RATE, abs=1e-3)
    for before, after in pairwise(phones):
        assert before.end_s == pytest.approx(after.start_s, abs=1e-6)
        assert before.end_s > before.start_s


def test_phones_sound_and_pauses_do_not(workshop: Workshop) -> None:
    samples, phones = heard(workshop)
    energy = {"pau": [0.0, 0.0], "sound": [0.0, 0.0]}
    for phone in phones:
        part = samples[int(phone.start_s * RATE) : int(phone.end_s * RATE)]
        kind = energy["pau" if phone.phone == "pau" else "sound"]
        kind[0] += float((part.astype(float) ** 2).sum())
        kind[1] += len(part)
    assert energy["sound"][0] / energy["sound"][1] > 30 * energy["pau"][0] / energy["pau"][1]


def test_phones_are_those_of_the_words(workshop: Workshop) -> None:
    _, phones = heard(workshop, "Bob keeps a fish.")
    spoken = [phone.phone for phone in phones if phone.phone != "pau"]
    assert spoken == ["b", "aa", "b", "k", "iy", "p", "s", "ah", "f", "ih", "sh"]


def test_the_seed_decides_the_sound(workshop: Workshop) -> None:
    digests = [speak(workshop, "Hello.", seed=seed)["audio"]["sha256"] for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]
    assert speak(workshop, "Goodbye.", seed=1)["audio"]["sha256"] != digests[0]


def test_speed_changes_the_length(workshop: Workshop) -> None:
    slow, fast = (len(heard(workshop, speed=speed)[0]) for speed in (0.8, 1.25))
    assert slow > 1.25 * fast


def test_an_unknown_voice_is_refused_with_the_known_ones(workshop: Workshop) -> None:
    inputs = models.SynthesizeSpeechInputs(text="Hi.", voice=models.Voice(name="nobody"))
    with pytest.raises(UnknownVoice) as caught:
        synthesize_speech.run(models.SynthesizeSpeechParams(), inputs, workshop.using("hibari"))
    assert caught.value.extensions == {"pointer": "/inputs/voice/name", "voices": ["heart"]}


def test_an_unknown_engine_is_refused(workshop: Workshop) -> None:
    inputs = models.SynthesizeSpeechInputs(text="Hi.")
    with pytest.raises(EngineUnavailable):
        synthesize_speech.run(models.SynthesizeSpeechParams(), inputs, workshop.using("choir"))


def test_flite_is_announced_whether_it_is_here_or_not(models_dir: Path) -> None:
    announced = table.describe("flite", models_dir)
    assert announced.available == (announced.reason is None)


HELLO = Piece("Hello there, Bob.", "Hello there, Bob.", 0.0)


@pytest.mark.skipif(flite.why_not() is not None, reason="flite is not installed here")
def test_flite_speaks_with_phones_that_end_with_the_sound() -> None:
    speech = flite.load("slt").say(HELLO, speed=1.0, seed=0)
    assert speech.duration_s > 0.8
    assert speech.phones[-1].end_s == pytest.approx(speech.duration_s, abs=0.02)
    assert [p.phone for p in speech.phones][1:4] == ["hh", "ah", "l"]
    slow = flite.load("slt").say(HELLO, speed=0.5, seed=0)
    assert slow.duration_s > 1.6 * speech.duration_s


def test_flite_phones_are_read() -> None:
    printed = "pau:0.200 hh:0.250 ax:0.300 l:0.400 ow:0.600 pau:0.800 \n"
    assert parse_phones(printed)[:3] == [
        Phone("pau", 0.0, 0.2),
        Phone("hh", 0.2, 0.25),
        Phone("ah", 0.25, 0.3),
    ]


def test_phones_come_when_they_sound(workshop: Workshop) -> None:
    samples, phones = heard(workshop)
    fit = fits(samples, RATE, phones)
    late_s = max(fit, key=lambda shift: fit[shift])
    assert abs(late_s) <= 0.02
    assert fit[0.0] > fit[0.06] + 0.15  # 60 ms off would be noticed
