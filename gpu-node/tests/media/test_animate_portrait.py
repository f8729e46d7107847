"""The handler around the talking head: seeds, progress, cancel and inputs that do not fit."""

import json
from pathlib import Path

import numpy as np
import pytest
from media.film import Film, animate, chain_inputs, decoded_pictures
from media.workshop import Workshop

from gpu_node.errors import BadMedia, Canceled

SHORT = "Yes, we may."


def test_the_seed_decides_the_film(workshop: Workshop) -> None:
    inputs = chain_inputs(workshop, SHORT)
    digests = [animate(workshop, inputs, seed=s, size=256)["video"]["sha256"] for s in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_it_reports_each_frame_and_shows_previews(film: Film) -> None:
    frames = [done for done, _, unit in film.workshop.progressed if unit == "frames"][1:]
    once = list(range(1, len(film.planned) + 1))
    # animate_portrait first, then finish_video.
    assert frames == once + once
    assert all(preview.startswith(b"\xff\xd8") for preview in film.workshop.previews)
    assert len(film.workshop.previews) >= 1


def test_it_starts_and_ends_as_the_portrait(film: Film) -> None:
    first, last = (film.pictures[i].astype(int) for i in (0, -1))
    assert np.abs(first - last).mean() < 2


def test_it_stops_when_canceled(workshop: Workshop) -> None:
    inputs = chain_inputs(workshop, SHORT)
    workshop.canceled_by = Canceled("canceled", "not wanted any more")
    with pytest.raises(Canceled):
        animate(workshop, inputs)


def test_other_sizes_work(workshop: Workshop) -> None:
    inputs = chain_inputs(workshop, SHORT)
    video = animate(workshop, inputs, size=320)["video"]
    assert video["meta"]["width"] == 320
    assert decoded_pictures(workshop.path(video))[0].shape == (320, 320, 3)


@pytest.mark.parametrize(
    ("port", "content"),
    [
        ("landmarks", "no json"),
        ("landmarks", json.dumps({"width": 512, "height": 512, "points": [[1, 2, 3]]})),
        ("visemes", json.dumps({"fps": 25, "frames": []})),
        ("visemes", json.dumps([])),
        ("audio", "RIFF"),
        ("portrait", "no picture"),
    ],
)
def test_inputs_that_do_not_fit_are_named(
    workshop: Workshop, tmp_path: Path, port: str, content: str
) -> None:
    inputs = chain_inputs(workshop, SHORT)
    wrong = tmp_path / "wrong"
    wrong.write_text(content)
    other = workshop.given(wrong, inputs[port]["media_type"])
    with pytest.raises(BadMedia) as caught:
        animate(workshop, {**inputs, port: other})
    assert caught.value.extensions["pointer"] == f"/inputs/{port}"
