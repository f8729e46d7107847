"""The only place that opens media files: FFmpeg gets bytes, never a path, and nothing that a file
names is ever opened."""

import errno
import io
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import av
from av.container import InputContainer
from av.error import FFmpegError

from mediakit.files.kinds import FILMS, HEAD_BYTES, Kind, kind_of

_PICTURES = frozenset({
    "av1", "ffv1", "h263", "h264", "hevc", "mjpeg", "mpeg4", "prores", "theora", "vp8", "vp9",
})  # fmt: skip
_SOUNDS = frozenset({
    "aac", "ac3", "alac", "amr_nb", "amr_wb", "ape", "eac3", "flac", "mp2", "mp3", "opus", "tta",
    "vorbis", "wavpack", "wmapro", "wmav1", "wmav2",
    "pcm_alaw", "pcm_mulaw", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_s16be",
    "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8",
})  # fmt: skip
_DECODERS = ",".join(sorted(
    _PICTURES | _SOUNDS
    | {"libdav1d", "libvpx", "libvpx-vp9", "libopus", "mp3float", "mp2float", "amrnb", "amrwb",
       "libopencore_amrnb", "libopencore_amrwb"}
))  # fmt: skip
"""Names of the decoders of those codecs; what FFmpeg tries while it opens a file is limited too."""
_RATES = range(1_000, 768_001)
"""Samples per second; others would become a flood, or a trickle, at ours."""
_NO_PROTOCOL = "none"
"""There is no protocol of that name."""


class Unreadable(Exception):
    """The file is none that is read here, and why."""


UNREADABLE = (FFmpegError, Unreadable)
"""What opening and reading may raise."""


def reason_of(cause: BaseException) -> str:
    """What an error of UNREADABLE says, for a person: without names of files."""
    return getattr(cause, "strerror", None) or str(cause)


@contextmanager
def open_media(path: Path, kinds: frozenset[Kind]) -> Generator[InputContainer, None, None]:
    """The file, to be demuxed, if its first bytes are those of one of `kinds` and its streams of
    pictures and sound have codecs that are read; else `Unreadable`.
    """
    with path.open("rb", buffering=0) as file:
        kind = kind_of(file.read(HEAD_BYTES))
        if kind is None or kind not in kinds:
            what = "film" if kinds is FILMS else "sound"
            known = ", ".join(sorted({kind.suffix[1:] for kind in kinds}))
            raise Unreadable(f"it is no {what} of a kind that is read here ({known})")
        file.seek(0)
        options = {
            "format_whitelist": kind.demuxer,
            "codec_whitelist": _DECODERS,
            "protocol_whitelist": _NO_PROTOCOL,
            # QuickTime may keep its pictures in other files.
            "enable_drefs": "0",
            "use_absolute_path": "0",
        }
        source = _Nameless(file)
        with av.open(
            source, "r", format=kind.demuxer, options=options, io_open=_refuse
        ) as container:
            _check_streams(container)
            yield container


def _refuse(_url: str, _flags: int, _options: dict[str, Any]) -> NoReturn:
    raise PermissionError("a media file may not open another")


def _check_streams(container: InputContainer) -> None:
    """Of the streams that are decoded: the first of each type."""
    streams = container.streams
    if not streams.video and not streams.audio:
        raise Unreadable("it holds neither pictures nor sound")
    for stream, known in (*((s, _PICTURES) for s in streams.video[:1]),
                          *((s, _SOUNDS) for s in streams.audio[:1])):  # fmt: skip
        context = stream.codec_context
        name = context.codec.canonical_name if context else "unknown"
        if name not in known:
            raise Unreadable(f"its {stream.type} has the codec {name}, which is not read here")
    for sound in streams.audio[:1]:
        if sound.rate not in _RATES:
            raise Unreadable(f"its sound has {sound.rate} samples per second")


class _Nameless:
    """A file without its name: nothing may be looked for beside it."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file
        self.read = file.read
        self.tell = file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        """Damaged files name impossible places; FFmpeg wants to hear of it in its own way."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, OverflowError):
            return -errno.EINVAL
