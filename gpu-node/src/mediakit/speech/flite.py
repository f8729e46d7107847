"""Engine `flite`: the small classic voices of the flite program, where it is installed."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from mediakit.errors import MediaError
from mediakit.sound.wav import read_wav
from mediakit.speech.front_end.read_aloud import readable
from mediakit.speech.sentences import sentences
from mediakit.speech.speech import SILENCE, Phone, Piece, Speech, Voice, never_canceled

VOICES: list[Voice] = [
    {"name": "slt", "language": "en-US", "sex": "female"},
    {"name": "rms", "language": "en-US", "sex": "male"},
    {"name": "awb", "language": "en-GB", "sex": "male"},
]
VOICE = "slt"
"""The voice when none is asked for."""

_PHONE_END = re.compile(r"(?P<phone>[a-z]{1,12})[ :]+(?P<end>[0-9]+\.[0-9]+)")
_TIME_LIMIT_S = 60
_LOOK_EVERY_S = 0.1
_REDUCED = {"ax": "ah", "axr": "er", "ix": "ih", "dx": "t", "el": "l", "em": "m", "en": "n"}
"""Phones of flite that ARPAbet's plain set lacks."""


class Flite:
    """One voice; each piece is one call of the program."""

    def __init__(self, voice: str) -> None:
        self._voice = voice

    def pieces(self, text: str) -> list[Piece]:
        return [Piece(s.text, readable(s.text), s.pause_s) for s in sentences(text)]

    def say(
        self,
        piece: Piece,
        *,
        speed: float,
        seed: int,
        check_canceled: Callable[[], None] = never_canceled,
    ) -> Speech:
        del seed  # these voices have no random part
        with tempfile.TemporaryDirectory() as folder:
            text, sound = Path(folder, "text"), Path(folder, "sound.wav")
            text.write_text(piece.spoken, encoding="utf-8")
            stretch = f"duration_stretch={1 / speed:.4f}"
            command = ["flite", "-voice", self._voice, "--setf", stretch, "-psdur"]
            printed = _printed([*command, "-f", str(text), "-o", str(sound)], check_canceled)
            if not sound.exists():
                raise MediaError("engine-failed", "flite made no sound")
            samples, rate = read_wav(sound)
        return Speech(samples, rate, parse_phones(printed), (), piece.pause_s)


def _printed(command: list[str], check_canceled: Callable[[], None]) -> str:
    """What a program prints; it is ended when the call is canceled."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(round(_TIME_LIMIT_S / _LOOK_EVERY_S)):
                check_canceled()
                try:
                    printed, _ = process.communicate(timeout=_LOOK_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    continue
            else:
                raise MediaError("engine-failed", f"flite took more than {_TIME_LIMIT_S} s")
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise MediaError("engine-failed", f"flite ended with {process.returncode}")
    return printed


def parse_phones(printed: str) -> list[Phone]:
    """Read what `-psdur` prints: pairs `phone end`, the end in seconds."""
    phones: list[Phone] = []
    start = 0.0
    for match in _PHONE_END.finditer(printed):
        phone, end = match["phone"], float(match["end"])
        name = SILENCE if phone in ("pau", "ssil", "sil") else _REDUCED.get(phone, phone)
        phones.append(Phone(name, start, end))
        start = end
    return phones


def load(voice: str) -> Flite:
    """The engine with one of its voices."""
    return Flite(voice)


def why_not() -> str | None:
    """What it lacks here."""
    return None if shutil.which("flite") else "the program flite is not installed"
