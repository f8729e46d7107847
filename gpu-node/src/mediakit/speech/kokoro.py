"""Engine `kokoro`: the neural voices of Kokoro-82M; the network's own durations are the times."""

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mediakit.arrays import Floats
from mediakit.model_files import checked
from mediakit.networks import network_of
from mediakit.speech import interruptible
from mediakit.speech.durations import times_of
from mediakit.speech.kokoro_voices import DEFAULT, VOICES, is_british
from mediakit.speech.phonemes import phonemizer
from mediakit.speech.speech import Piece, Speech, Voice, never_canceled

RATE = 24_000
MODEL = "kokoro/kokoro-v1.0.int8.durations.onnx"
"""In the models directory; gpu-node/scripts/join_kokoro.py makes it with DURATIONS as output."""
DURATIONS = "/encoder/Clip_output_0"
"""The inner tensor that holds how long each symbol lasts."""

_LATE_S = 0.06
"""The sound comes earlier than the durations say, in all voices: measured as for hibari (with six
voices .64 to .72 at 50 to 70 ms, .41 to .54 without)."""
_MOST_SYMBOLS = 180
"""The network's working memory grows with the piece: about 1.7 MB per symbol."""
THREADS = 2
"""The sound does not depend on it."""
_STYLE = 256


class Kokoro:
    """One voice on the network that all voices share."""

    def __init__(self, models_dir: Path, styles: Floats, british: bool) -> None:
        """styles: rows by the number of symbols in a piece, from 1 (styles_of)."""
        self._session = _session(checked(models_dir, MODEL))
        self._styles = styles
        self._phonemizer = phonemizer(british)

    def pieces(self, text: str) -> list[Piece]:
        return self._phonemizer.pieces(text, _MOST_SYMBOLS)

    def say(
        self,
        piece: Piece,
        *,
        speed: float,
        seed: int,
        check_canceled: Callable[[], None] = never_canceled,
    ) -> Speech:
        import onnxruntime

        del seed  # nothing in the network is random
        style = self._styles[min(len(piece.spoken), len(self._styles)) - 1]
        feeds = {
            "tokens": np.asarray([self._phonemizer.numbers(piece.spoken)], np.int64),
            "style": style[None],
            "speed": np.asarray([speed], np.float32),
        }
        # Without this the memory for the longest piece is kept as long as the process lives.
        options = onnxruntime.RunOptions()
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        outputs = interruptible.run(self._session, feeds, check_canceled, options)
        sound, ticks = (np.asarray(output) for output in outputs)
        times = times_of(piece, ticks.reshape(-1), _LATE_S)
        return Speech(sound.reshape(-1), RATE, times.phones, times.words, piece.pause_s)


@lru_cache(maxsize=1)
@network_of("kokoro")
def _session(model: Path) -> Any:
    """The network, loaded once per process; from the file, which takes less memory than bytes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def load(models_dir: Path, voice: str) -> Kokoro:
    """The engine with one of its voices."""
    return Kokoro(models_dir, styles_of(models_dir, voice), is_british(voice))


def styles_of(models_dir: Path, voice: str) -> Floats:
    """What makes the network speak with a voice: numbers of symbols x 256."""
    return np.fromfile(checked(models_dir, _voice_file(voice).as_posix()), np.float32).reshape(
        -1, _STYLE
    )


def voices_here(models_dir: Path) -> list[Voice]:
    """Those whose files are here."""
    return [voice for voice in VOICES if (models_dir / _voice_file(voice["name"])).exists()]


def why_not(models_dir: Path) -> str | None:
    """What it lacks here."""
    for package, module in (("onnxruntime", "onnxruntime"), ("hibari-tts", "hibari")):
        if find_spec(module) is None:
            return f"the Python package {package} is not installed"
    files = (MODEL, str(_voice_file(DEFAULT)))
    gone = next((file for file in files if not (models_dir / file).exists()), None)
    return f"the model file {gone} is not here; `npm run bootstrap` places it" if gone else None


def _voice_file(voice: str) -> Path:
    return Path("kokoro", f"{voice}.bin")
