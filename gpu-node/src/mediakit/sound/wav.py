"""Reads and writes 16-bit WAV files."""

import wave
from pathlib import Path

import numpy as np

from mediakit.arrays import Samples
from mediakit.errors import MediaError

_CHUNK = 1 << 20


def write_wav(path: Path, samples: Samples, rate: int) -> None:
    """Write mono sound; the caller keeps it within full scale."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        # By chunks: minutes of sound in floating point are large.
        for start in range(0, len(samples), _CHUNK):
            part = samples[start : start + _CHUNK]
            file.writeframes(np.round(np.clip(part, -1, 1) * 32_767).astype("<i2").tobytes())


def read_wav(path: Path) -> tuple[Samples, int]:
    """Sound as mono and its sample rate; `MediaError` if it cannot be read."""
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as cause:
        detail = f"the sound is no readable WAV file: {cause}"
        raise MediaError("unreadable-sound", detail) from cause
    if width != 2:
        detail = f"the sound has {8 * width} bits per sample, not 16"
        raise MediaError("unreadable-sound", detail)
    whole = len(data) - len(data) % (2 * channels)
    pcm = np.frombuffer(data[:whole], "<i2").reshape(-1, channels)
    samples = pcm.mean(axis=1, dtype=np.float32)
    samples /= np.float32(32_768)
    return samples, rate
