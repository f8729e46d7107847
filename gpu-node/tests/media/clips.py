"""Clips of a voice as people bring them: of many kinds, and spoiled in many ways."""

import wave
from pathlib import Path

import av
import numpy as np
from scipy.signal import resample_poly

from mediakit.arrays import Samples
from mediakit.speech import hibari
from mediakit.speech.speech import never_canceled

RATE = 24_000
TEXT = (
    "We packed the car before sunrise and drove to the coast. My sister brought sandwiches, "
    "and I had the map on my knees."
)


def spoken_clip() -> Samples:
    """About eight seconds of speech at RATE, peaks at .5."""
    voice = hibari.load()
    said = [
        voice.say(piece, speed=1.0, seed=0, check_canceled=never_canceled).samples
        for piece in voice.pieces(TEXT)
    ]
    sound = np.concatenate(said)
    return (sound / np.abs(sound).max() / 2).astype(np.float32)


def written(path: Path, channels: np.ndarray, rate: int = RATE) -> Path:
    """Sound (channels x samples) in the container and with the codec of the path's ending."""
    codec = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "mp3", ".m4a": "aac", ".webm": "libopus",
             ".ogg": "libopus"}[path.suffix]  # fmt: skip
    out_rate = 48_000 if codec == "libopus" else rate
    sound = resample_poly(channels, out_rate, rate, axis=1) if out_rate != rate else channels
    layout = {1: "mono", 2: "stereo"}[len(channels)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=out_rate, layout=layout)
        pcm = np.round(np.clip(sound, -1, 1) * 32_767).astype("<i2")
        frame = av.AudioFrame.from_ndarray(pcm.T.reshape(1, -1).copy(), "s16", layout)
        frame.sample_rate = out_rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path


def cut_off(path: Path, share: float) -> Path:
    """The first part of a file, as after a broken upload."""
    data = path.read_bytes()
    cut = path.with_stem(path.stem + "-cut")
    cut.write_bytes(data[: int(len(data) * share)])
    return cut


def pcm_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    """A plain WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return path
