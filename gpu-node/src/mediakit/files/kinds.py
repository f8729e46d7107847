"""Knows a media file by its first bytes; what its name or its sender says does not count."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEAD_BYTES = 4096
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_W64 = b"riff\x2e\x91\xcf\x11"
_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""How films of QuickTime begin that are older than `ftyp`."""
_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
_ID3_HEAD = 10


@dataclass(frozen=True)
class Kind:
    """A kind of file: the demuxer that reads it, its suffix, and its media type as a film.

    No demuxer is here that opens further files: no playlist, no list, no series of pictures.
    """

    demuxer: str
    suffix: str
    media_type: str = ""


MP4 = Kind("mov", ".mp4", "video/mp4")
QUICKTIME = Kind("mov", ".mov", "video/quicktime")
MATROSKA = Kind("matroska", ".mkv", "video/x-matroska")
WEBM = Kind("matroska", ".webm", "video/webm")
AVI = Kind("avi", ".avi", "video/x-msvideo")
WAV, W64, FLAC, OGG = (
    Kind("wav", ".wav"),
    Kind("w64", ".w64"),
    Kind("flac", ".flac"),
    Kind("ogg", ".ogg"),
)
MP3, AAC, AIFF, AU = (
    Kind("mp3", ".mp3"),
    Kind("aac", ".aac"),
    Kind("aiff", ".aiff"),
    Kind("au", ".au"),
)
CAF, AMR, ASF, APE = (
    Kind("caf", ".caf"),
    Kind("amr", ".amr"),
    Kind("asf", ".wma"),
    Kind("ape", ".ape"),
)
TTA, WAVPACK = Kind("tta", ".tta"), Kind("wv", ".wv")
PNG, JPEG, WEBP = Kind("", ".png"), Kind("", ".jpg"), Kind("", ".webp")

FILMS = frozenset({MP4, QUICKTIME, MATROSKA, WEBM, AVI})
SOUNDS = frozenset(
    {MP4, QUICKTIME, MATROSKA, WEBM, WAV, W64, FLAC, OGG, MP3, AAC, AIFF, AU, CAF, AMR, ASF, APE,
     TTA, WAVPACK}
)  # fmt: skip
STILLS = frozenset({PNG, JPEG, WEBP})


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def _frame_of(is_aac: bool) -> Callable[[bytes], bool]:
    """A frame of MPEG sound begins with eleven set bits; the layer 0 is that of AAC."""

    def test(head: bytes) -> bool:
        is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
        return is_frame and (head[1] & 0xF6 == 0xF0 if is_aac else head[1] & 0x06 != 0)

    return test


_TESTS: tuple[tuple[Callable[[bytes], bool], Kind], ...] = (
    (lambda head: head[4:8] == b"ftyp" and head[8:12] == b"qt  ", QUICKTIME),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS, MP4),
    (lambda head: head[4:8] in _BOXES, QUICKTIME),
    (lambda head: head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64], WEBM),
    (_begins(b"\x1aE\xdf\xa3"), MATROSKA),
    (_riff(b"AVI "), AVI), (_riff(b"WAVE"), WAV), (_riff(b"WEBP"), WEBP),
    (_begins(_W64), W64), (_begins(_ASF), ASF), (_begins(b"OggS"), OGG), (_begins(b"fLaC"), FLAC),
    (lambda head: head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"), AIFF),
    (_begins(b".snd"), AU), (_begins(b"caff"), CAF), (_begins(b"#!AMR"), AMR),
    (_begins(b"MAC "), APE), (_begins(b"TTA1"), TTA), (_begins(b"wvpk"), WAVPACK),
    (_begins(b"\x89PNG\r\n\x1a\n"), PNG), (_begins(b"\xff\xd8\xff"), JPEG),
    (_frame_of(is_aac=True), AAC), (_frame_of(is_aac=False), MP3),
)  # fmt: skip
_BEHIND_TAGS = (FLAC, AAC, APE, TTA, WAVPACK)


def kind_of(head: bytes) -> Kind | None:
    """The kind of a file that begins with `head`; None for all that is not read here."""
    if head[:3] != b"ID3":
        return _first(head)
    behind = _first(head[_tag_bytes(head) :])
    return behind if behind in _BEHIND_TAGS else MP3


def kind_of_file(path: Path) -> Kind | None:
    """As `kind_of`."""
    with path.open("rb") as file:
        return kind_of(file.read(HEAD_BYTES))


def _first(head: bytes) -> Kind | None:
    return next((kind for test, kind in _TESTS if test(head)), None)


def _tag_bytes(head: bytes) -> int:
    """Length of the ID3 tag in front; its size has seven bits in each byte."""
    size = 0
    for byte in head[6:_ID3_HEAD]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEAD + size
