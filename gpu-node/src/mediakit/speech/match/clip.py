"""Reads a clip of somebody's voice: sound of any common kind, whatever its header claims."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from scipy.signal import resample_poly

from mediakit.arrays import Floats, Samples
from mediakit.files.kinds import SOUNDS
from mediakit.files.opener import UNREADABLE, open_media, reason_of
from mediakit.speech.match.completeness import is_cut_off
from mediakit.speech.match.fitness import check_clipping
from mediakit.speech.match.unfit import LONGEST_S, invalid, unfit
from mediakit.speech.match.world import RATE

LOWEST_RATE, HIGHEST_RATE = 16_000, 192_000
_MOST_CHANNELS = 2
_MISSING_S = 0.3
"""A file that holds so much less than it announces was cut off."""
_CANCELS_OUT = 0.5
"""Channels of opposite phase: their mix is softer than this share of the louder one."""


def read_clip(path: Path, check_canceled: Callable[[], None]) -> Samples:
    """The clip as mono sound at RATE; nothing behind LONGEST_S is decoded. `MediaError` says
    what is wrong."""
    try:
        with open_media(path, SOUNDS) as container:
            if not container.streams.audio:
                raise invalid("the clip holds no sound")
            stream = container.streams.audio[0]
            _check_header(stream.rate, stream.channels)
            rate, announced_s = stream.rate, _announced_s(container, stream)
            channels = np.concatenate(list(_decoded(container, stream, check_canceled)), axis=1)
    except (*UNREADABLE, ValueError, EOFError, MemoryError) as cause:
        raise invalid(f"the clip cannot be decoded: {reason_of(cause)}") from cause
    if is_cut_off(path):
        raise invalid("the clip is cut off: its end is missing")
    decoded_s = channels.shape[1] / rate
    if announced_s is not None and decoded_s < announced_s - _MISSING_S:
        detail = f"the clip is cut off: it announces {announced_s:.1f} s and holds {decoded_s:.1f}"
        raise invalid(detail, measured=round(decoded_s, 2), limit=round(announced_s, 2))
    # Before anything smooths the tops.
    check_clipping(channels)
    common = math.gcd(rate, RATE)
    return resample_poly(_mono(channels), RATE // common, rate // common).astype(np.float32)


def _check_header(rate: int, channels: int) -> None:
    if rate < LOWEST_RATE:
        detail = f"the clip has {rate} samples per second; at least {LOWEST_RATE} are needed"
        raise unfit(detail, "sample-rate", rate, LOWEST_RATE)
    if rate > HIGHEST_RATE:
        detail = f"the clip has {rate} samples per second; at most {HIGHEST_RATE} are read"
        raise unfit(detail, "sample-rate", rate, HIGHEST_RATE)
    if not 1 <= channels <= _MOST_CHANNELS:
        detail = f"the clip has {channels} channels; at most {_MOST_CHANNELS} are read"
        raise unfit(detail, "channels", channels, _MOST_CHANNELS)


def _announced_s(container: Any, stream: Any) -> float | None:
    """What the header says, for files that say it; never used to make room."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _decoded(container: Any, stream: Any, check_canceled: Callable[[], None]) -> Iterator[Floats]:
    """Channels x samples, part by part, until the clip is over or too long."""
    to_float = av.AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
    count = 0
    for number, frame in enumerate(container.decode(stream)):
        if number % 200 == 0:
            check_canceled()
        for part in to_float.resample(frame):
            count += part.samples
            yield part.to_ndarray().astype(np.float32)
        if count > LONGEST_S * stream.rate:
            detail = f"the clip is longer than {LONGEST_S:.0f} s"
            raise unfit(detail, "length", round(count / stream.rate, 2), LONGEST_S)
    if count == 0:
        raise invalid("the clip holds no sound")


def _mono(channels: Floats) -> Samples:
    """The mix of all channels; the loudest one where they cancel each other out."""
    sound = np.nan_to_num(channels.astype(np.float32))
    mix = sound.mean(axis=0)
    power = (sound**2).mean(axis=1)
    loudest = int(power.argmax())
    cancels = (mix**2).mean() < _CANCELS_OUT**2 * power[loudest]
    return sound[loudest] if cancels else mix
