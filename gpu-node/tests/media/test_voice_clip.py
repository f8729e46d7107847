"""A clip of a voice is read whatever its kind, and refused with a number where it cannot serve."""

from pathlib import Path

import numpy as np
import pytest
from media.clips import RATE, cut_off, pcm_wav, spoken_clip, written
from scipy.signal import fftconvolve, lfilter, resample_poly

from gpu_node.errors import BadMedia, Canceled
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Samples
from mediakit.music.bed import music
from mediakit.music.moods import MOODS
from mediakit.speech.match import world
from mediakit.speech.match.clip import read_clip
from mediakit.speech.match.fitness import (
    LEAST_SPEECH,
    MOST_CLIPPED,
    MOST_TONES,
    QUIETEST_DBFS,
    check,
)
from mediakit.speech.speech import never_canceled


@pytest.fixture(scope="module")
def clip() -> Samples:
    return spoken_clip()


def judged(path: Path) -> Samples:
    sound = read_clip(path, never_canceled)
    check(sound)
    return sound


def refusal(path: Path) -> BadMedia:
    with pytest.raises(BadMedia) as caught, given("/inputs/voice"):
        judged(path)
    assert caught.value.extensions["pointer"] == "/inputs/voice"
    return caught.value


@pytest.mark.parametrize("kind", [".wav", ".flac", ".mp3", ".m4a", ".ogg", ".webm"])
@pytest.mark.parametrize("rate", [24_000, 44_100])
def test_common_kinds_are_read(tmp_path: Path, clip: Samples, kind: str, rate: int) -> None:
    sound = resample_poly(clip, rate // 300, RATE // 300)
    read = judged(written(tmp_path / f"clip{kind}", sound[None], rate))
    assert len(read) / world.RATE == pytest.approx(len(clip) / RATE, abs=0.15)
    assert np.abs(read).max() == pytest.approx(0.5, abs=0.1)


def test_both_channels_count(tmp_path: Path, clip: Samples) -> None:
    silence = np.zeros_like(clip)
    for name, channels in {"left": [clip, silence], "both": [clip, clip]}.items():
        judged(written(tmp_path / f"{name}.wav", np.array(channels)))
    # Opposite phase: the plain mix of these two would be silence.
    opposite = judged(written(tmp_path / "opposite.wav", np.array([clip, -clip])))
    assert np.abs(opposite).max() == pytest.approx(0.5, abs=0.05)
    clipped = np.clip(clip * 8, -0.5, 0.5)
    spoiled = refusal(written(tmp_path / "one-clipped.wav", np.array([clip, clipped])))
    assert spoiled.extensions["reason"] == "clipping"


@pytest.mark.parametrize(
    ("reason", "limit", "spoiled"),
    [
        ("length", 5.0, lambda clip: clip[: 4 * RATE]),
        ("length", 30.0, lambda clip: np.tile(clip, 5)),
        ("level", QUIETEST_DBFS, lambda clip: np.zeros_like(clip)),
        ("level", QUIETEST_DBFS, lambda clip: clip * 0.005),
        ("clipping", MOST_CLIPPED, lambda clip: np.clip(clip * 6, -0.9, 0.9)),
        ("speech", LEAST_SPEECH, lambda clip: np.concatenate([clip[: 2 * RATE], clip * 0])),
        ("speech", LEAST_SPEECH, lambda clip: np.random.default_rng(0).normal(0, 0.1, len(clip))),
        ("bandwidth", 5000.0, lambda clip: resample_poly(resample_poly(clip, 1, 3), 3, 1)),
    ],
    ids=["short", "long", "silent", "quiet", "clipped", "pauses", "noise", "telephone"],
)
def test_an_unfit_clip_is_refused_by_number(
    tmp_path: Path, clip: Samples, reason: str, limit: float, spoiled
) -> None:
    error = refusal(written(tmp_path / "clip.wav", spoiled(clip)[None].astype(np.float32)))
    assert error.code == "unfit-voice-clip"
    assert (error.extensions["reason"], error.extensions["limit"]) == (reason, limit)
    assert isinstance(error.extensions["measured"], int | float)


def test_too_low_a_rate_is_refused(tmp_path: Path, clip: Samples) -> None:
    error = refusal(pcm_wav(tmp_path / "clip.wav", resample_poly(clip, 1, 3), 8_000))
    assert (error.code, error.extensions["reason"]) == ("unfit-voice-clip", "sample-rate")
    assert (error.extensions["measured"], error.extensions["limit"]) == (8_000, 16_000)


@pytest.mark.parametrize("kind", [".wav", ".flac", ".mp3", ".m4a", ".ogg", ".webm"])
@pytest.mark.parametrize("share", [0.002, 0.5, 0.9])
def test_a_truncated_file_is_refused(
    tmp_path: Path, clip: Samples, kind: str, share: float
) -> None:
    whole = written(tmp_path / f"clip{kind}", np.tile(clip, 2)[None])
    assert refusal(cut_off(whole, share)).code == "invalid-audio"
    judged(whole)


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    victim = pcm_wav(tmp_path / "secret.wav", np.zeros(6 * RATE), RATE)
    files = {
        "empty.wav": b"",
        "noise.mp3": np.random.default_rng(0).bytes(5_000),
        "text.wav": b"I am a text, not a sound. " * 50,
        "list.m3u8": f"#EXTM3U\n#EXTINF:6,\n{victim}\n#EXT-X-ENDLIST\n".encode(),
        "concat.txt": f"ffconcat version 1.0\nfile '{victim}'\n".encode(),
    }
    for name, data in files.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert refusal(path).code == "invalid-audio"


def test_a_bomb_is_not_decoded_to_its_end(tmp_path: Path) -> None:
    # Ten minutes of silence in a file of a few kilobytes.
    path = written(tmp_path / "bomb.flac", np.zeros((1, 600 * RATE), np.float32))
    assert path.stat().st_size < 200_000
    error = refusal(path)
    assert error.extensions["reason"] == "length"
    assert error.extensions["measured"] < 31


@pytest.mark.parametrize(("claimed", "refused"), [(3 * 2**20, True), (2**32 - 1, False)])
def test_a_header_is_not_believed(
    tmp_path: Path, clip: Samples, claimed: int, refused: bool
) -> None:
    # The largest number is what recorders write that did not know when they would end.
    path = pcm_wav(tmp_path / "clip.wav", clip, RATE)
    data = bytearray(path.read_bytes())
    data[40:44] = claimed.to_bytes(4, "little")
    path.write_bytes(data)
    if refused:
        assert refusal(path).code == "invalid-audio"
    else:
        assert len(judged(path)) == pytest.approx(len(clip), abs=RATE // 100)


def test_reading_a_clip_can_be_canceled(tmp_path: Path, clip: Samples) -> None:
    def canceled() -> None:
        raise Canceled("canceled", "enough")

    with pytest.raises(Canceled):
        read_clip(written(tmp_path / "clip.wav", clip[None]), canceled)


def backed(clip: Samples, background: np.ndarray, below_db: float) -> Samples:
    """The clip with something behind it, so many decibels softer on average."""
    share = np.sqrt((clip**2).mean() / (background**2).mean()) * 10 ** (-below_db / 20)
    mixed = clip + share * background[: len(clip)]
    return (mixed / np.abs(mixed).max() / 2).astype(np.float32)


@pytest.mark.parametrize("mood", MOODS)
@pytest.mark.parametrize("below_db", [0, 6, 12, 18, 24])
def test_speech_over_music_is_refused_by_number(clip: Samples, mood: str, below_db: float) -> None:
    bed = resample_poly(music(mood, 2 * len(clip), 3), RATE, 2 * RATE)
    with pytest.raises(BadMedia) as caught, given("/inputs/voice"):
        check(backed(clip, bed, below_db))
    about = caught.value.extensions
    assert (caught.value.code, about["reason"], about["limit"]) == (
        "unfit-voice-clip",
        "music",
        MOST_TONES,
    )
    assert about["measured"] > MOST_TONES


@pytest.mark.parametrize("below_db", [20, 25, 35])
def test_speech_in_a_room_with_noise_or_hum_is_not_music(clip: Samples, below_db: float) -> None:
    random = np.random.default_rng(1)
    white = random.normal(size=len(clip))
    time = np.arange(len(clip)) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5))
    for noise in (white, lfilter([0.05], [1, -0.97], white), hum):
        check(backed(clip, np.asarray(noise), below_db))
    echo = random.normal(size=RATE // 3) * np.exp(-np.arange(RATE // 3) / (0.06 * RATE))
    echo[0] = 6
    check(backed(fftconvolve(clip, echo)[: len(clip)], white, below_db))
