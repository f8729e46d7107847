"""The best take is chosen, and every kind of bad take that was planted is not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.film import speak
from media.recognizer import needs_recognizer
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import PermanentError
from gpu_node.handlers import choose_take
from mediakit.arrays import Samples
from mediakit.sound.wav import read_wav, write_wav

TEXT = "The old man walked slowly down the street. The water in the river is very cold today."
OTHER = "Her daughter wants to study music in London, and the answer to this is not easy at all."


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> tuple[Samples, int]:
    """The text, spoken well."""
    workshop = Workshop(tmp_path_factory.mktemp("takes"), models_dir)
    return read_wav(workshop.path(speak(workshop, TEXT)["audio"]))


def given(workshop: Workshop, samples: Samples, rate: int) -> dict[str, Any]:
    path = workshop.work_dir / "take.wav"
    write_wav(path, samples, rate)
    meta = {"sample_rate": rate, "duration_s": len(samples) / rate}
    return workshop.put(path, media_type="audio/wav", name="take.wav", meta=meta)


def choose(workshop: Workshop, takes: list[Any], engine: str = "measures") -> dict[str, Any]:
    inputs = {"takes": takes, "text": TEXT}
    context = workshop.using(engine)
    choose_take.check(models.ChooseTakeParams(), inputs, context)
    outputs = choose_take.run(
        models.ChooseTakeParams(), models.ChooseTakeInputs.model_validate(inputs), context
    )
    return models.ChooseTakeOutputs.model_validate(outputs).model_dump(mode="json")


def with_hole(samples: Samples, rate: int) -> Samples:
    middle = len(samples) // 2
    return np.concatenate([samples[:middle], np.zeros(2 * rate, np.float32), samples[middle:]])


def twice_as(slow: float) -> Callable[[Samples, int], Samples]:
    def stretched(samples: Samples, rate: int) -> Samples:
        del rate
        at = np.arange(0, len(samples) - 1, 1 / slow)
        return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)

    return stretched


BAD: dict[str, Callable[[Samples, int], Samples]] = {
    "clipped": lambda s, _: np.clip(s * 8, -1, 1),
    "silent": lambda s, _: np.zeros_like(s),
    "faint": lambda s, _: s * 0.003,
    "with a hole": with_hole,
    "cut off": lambda s, _: s[: len(s) // 3],
    "far too slow": twice_as(2.0),
    "far too fast": twice_as(0.5),
    "late": lambda s, rate: np.concatenate([np.zeros(3 * rate, np.float32), s]),
}


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("first", [True, False])
def test_a_bad_take_is_not_chosen(
    workshop: Workshop, spoken: tuple[Samples, int], fault: str, first: bool
) -> None:
    samples, rate = spoken
    good, bad = (
        given(workshop, samples, rate),
        given(workshop, BAD[fault](samples, rate).astype(np.float32), rate),
    )
    outputs = choose(workshop, [bad, good] if first else [good, bad])
    assert outputs["index"] == (1 if first else 0), outputs["scores"]
    assert outputs["audio"]["sha256"] == good["sha256"]
    scores = [row["score"] for row in outputs["scores"]["takes"]]
    assert max(scores) > 0.9 > 0.85 > min(scores)


def test_of_equal_takes_the_first_is_chosen(
    workshop: Workshop, spoken: tuple[Samples, int]
) -> None:
    takes = [given(workshop, *spoken) for _ in range(3)]
    assert choose(workshop, takes)["index"] == 0


@needs_recognizer
def test_a_take_with_other_words_is_told_by_the_recognizer_alone(
    workshop: Workshop, spoken: tuple[Samples, int]
) -> None:
    other = speak(workshop, OTHER)["audio"]
    takes = [other, given(workshop, *spoken)]
    outputs = choose(workshop, takes, "pocketsphinx")
    assert outputs["index"] == 1
    wrong = [row["wrong_words"] for row in outputs["scores"]["takes"]]
    assert wrong[0] > 0.6 > 0.2 > wrong[1]
    plain = choose(workshop, takes)["scores"]["takes"]
    assert all("wrong_words" not in row for row in plain)
    assert abs(plain[0]["score"] - plain[1]["score"]) < 0.1


def test_the_captions_of_the_chosen_take_come_out(
    workshop: Workshop, spoken: tuple[Samples, int]
) -> None:
    samples, rate = spoken
    takes = [given(workshop, np.zeros_like(samples), rate), given(workshop, samples, rate)]
    captions: list[dict[str, Any]] = []
    for number in range(2):
        path = workshop.work_dir / f"{number}.vtt"
        path.write_text(f"WEBVTT\n\n{number}")
        captions.append(workshop.given(path, "text/vtt"))
    inputs = {"takes": takes, "text": TEXT, "captions": captions}
    outputs = choose_take.run(
        models.ChooseTakeParams(),
        models.ChooseTakeInputs.model_validate(inputs),
        workshop.using("measures"),
    )
    assert outputs["captions"]["sha256"] == captions[1]["sha256"]


def test_what_cannot_be_judged_is_named_by_its_place(
    workshop: Workshop, tmp_path: Path, spoken: tuple[Samples, int]
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"I am a text and nothing else. " * 50)
    good = given(workshop, *spoken)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"takes": []}, "invalid-input", "/inputs/takes"),
        (
            {"takes": [good, workshop.given(broken, "audio/wav")]},
            "invalid-audio",
            "/inputs/takes/1",
        ),
        ({"takes": [good], "captions": [good, good]}, "invalid-input", "/inputs/captions"),
    ]
    for inputs, code, pointer in cases:
        with pytest.raises(PermanentError) as caught:
            choose_take.check(models.ChooseTakeParams(), inputs, workshop.using("measures"))
        assert (caught.value.code, caught.value.extensions["pointer"]) == (code, pointer)
