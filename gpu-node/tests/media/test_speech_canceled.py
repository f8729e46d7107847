"""Speech that nobody wants any more ends in the middle of a sentence."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from media.conftest import MODELS

from gpu_node.errors import Canceled
from mediakit.speech import hibari, interruptible, kokoro, kokoro_match
from mediakit.speech.match.shift import Shift
from mediakit.speech.match.voice_print import BANDS

LONG = (
    "We walked along the river until the light was gone and then we turned around and went home "
    "through the quiet streets of the old town without a word."
)


class Spy:
    """A session of onnxruntime that tells whether its work came to an end."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.began = threading.Event()
        self.finished = False

    def run(self, *arguments: Any) -> Any:
        self.began.set()
        outputs = self.session.run(*arguments)
        self.finished = True
        return outputs


def canceled_once(began: threading.Event) -> Callable[[], None]:
    """What a context's check does when the cancel comes while the network works."""

    def check() -> None:
        if began.is_set():
            raise Canceled("canceled", "enough")

    return check


def _kokoro() -> tuple[Any, Any, str]:
    engine = kokoro.load(MODELS, "af_heart")
    return engine, engine, "_session"


def _hibari() -> tuple[Any, Any, str]:
    engine = hibari.Hibari()
    return engine, engine._network, "sess"


@pytest.mark.parametrize("load", [_kokoro, _hibari])
def test_the_network_stops_in_the_middle(
    load: Callable[[], tuple[Any, Any, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, owner, name = load()
    spy = Spy(getattr(owner, name))
    monkeypatch.setattr(owner, name, spy)
    monkeypatch.setattr(interruptible, "_LOOK_EVERY_S", 0.005)
    (piece,) = engine.pieces(LONG)
    with pytest.raises(Canceled):
        engine.say(piece, speed=0.5, seed=0, check_canceled=canceled_once(spy.began))
    assert spy.began.is_set()
    assert not spy.finished
    # The network can be used again, and the control: uncanceled work comes to its end.
    (short,) = engine.pieces("Hello.")
    assert engine.say(short, speed=1.0, seed=0, check_canceled=lambda: None).duration_s > 0.3
    assert spy.finished


def test_a_failure_of_the_network_is_not_taken_for_a_cancel() -> None:
    class Broken:
        def run(self, *_: Any) -> Any:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        interruptible.run(Broken(), {}, lambda: None)


@pytest.mark.skipif(kokoro_match.why_not(MODELS) is not None, reason="pyworld is not here")
def test_the_steps_of_a_shift_stop_between_them() -> None:
    calls: list[int] = []

    def third_call() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Canceled("canceled", "enough")

    shift = Shift(7.0, 0.1, 1.0, np.zeros(BANDS))
    sound = np.random.default_rng(0).normal(0, 0.1, 24_000).astype(np.float32)
    with pytest.raises(Canceled):
        shift.applied(sound, third_call)
    assert len(calls) == 3
    calls.extend([1] * 10)
    assert len(shift.applied(sound, third_call)) == len(sound)
