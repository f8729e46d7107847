"""Small films whose times are odd: late, early, standing still, endless, or lies."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from media.foreign import textured, write_film

BASE = 12_800
"""Units of time per second."""
_BOXES = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


def odd_films(folder: Path) -> dict[str, Path]:
    """By what is odd about them."""
    still = [textured(48, 64)] * 3

    def film(name: str, suffix: str = ".mp4", **how: object) -> Path:
        return write_film(folder / f"{name}{suffix}", still, **how)  # type: ignore[arg-type]

    films = {
        "late-sound": film("a", sound_s=0.1, sound_from_s=6_000),
        "later-sound": film("b", sound_s=0.1, sound_from_s=40_000),
        "sound-half-an-hour-late": film("c", sound_s=0.1, sound_from_s=1_800),
        "gap": film("d", times=[0, 512, 6_000 * BASE], sound_s=0.1),
        "large-gap": film("e", ".mkv", times=[0, 40, 100_000_000], base=Fraction(1, 1000)),
        "late-pictures": film("f", times=[6_000 * BASE + i * 512 for i in range(3)], sound_s=0.1),
        "slow": film("g", ".mkv", rate=Fraction(1, 100_000), base=Fraction(1, 1000)),
        "fast": film("h", rate=Fraction(50_000), base=Fraction(1, 50_000)),
        "late-matroska": film("i", ".mkv", sound_s=0.1, sound_from_s=6_000, base=Fraction(1, 1000)),
    }
    whole = film("whole", sound_s=0.1).read_bytes()
    lies = {
        "endless-header": _with(whole, {b"mvhd": (12, b"\xff\xff\xff\x7f"),
                                        b"mdhd": (12, b"\0\0\0\1\xff\xff\xff\xfe")}),
        "long-pictures": _with(whole, {b"stts": (4, struct.pack(">III", 1, 3, 0x7FFFFFFF))}),
        "countless-pictures": _with(whole, {
            b"stts": (4, struct.pack(">III", 1, 100_000_000, 1)),
            b"stsz": (4, struct.pack(">II", 1, 100_000_000)),
            b"stsc": (4, struct.pack(">IIII", 1, 1, 100_000_000, 1))}),
        "late-edit": _with(whole, {b"elst": (4, struct.pack(">IIi", 1, 0x7FFFFFFF, -1))}),
        "tiny-base": _with(whole, {b"mdhd": (12, b"\xff\xff\xff\xff\0\0\0\1")}),
    }  # fmt: skip
    for name, data in lies.items():
        films[name] = folder / f"{name}.mp4"
        films[name].write_bytes(data)
    films["hours-of-silence"] = _silent(folder / "silent.mkv", 3 * 3600)
    return films


def _with(film: bytes, changes: dict[bytes, tuple[int, bytes]]) -> bytes:
    """The film with other bytes at an offset in each box of a name."""
    data = bytearray(film)

    def walk(begin: int, end: int) -> None:
        while begin + 8 <= end:
            size, name = struct.unpack_from(">I4s", data, begin)
            if name in (*_BOXES, b"edts"):
                walk(begin + 8, begin + size)
            elif name in changes:
                offset, new = changes[name]
                at = begin + 8 + offset
                new = new[: begin + size - at]
                data[at : at + len(new)] = new
            begin += max(size, 8)

    walk(0, len(data))
    return bytes(data)


def _silent(path: Path, seconds: int) -> Path:
    """One picture, and sound that is next to nothing to store and gigabytes to hear."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("flac", rate=8_000, layout="mono")
        frame = av.VideoFrame.from_ndarray(textured(48, 64), format="bgr24")
        container.mux(video.encode(frame.reformat(format="yuv420p")))
        container.mux(video.encode(None))
        silence = np.zeros((1, 60 * 8_000), np.int16)
        for minute in range(seconds // 60):
            sound = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
            sound.sample_rate, sound.time_base = 8_000, Fraction(1, 8_000)
            sound.pts = minute * silence.shape[1]
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path
