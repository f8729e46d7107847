"""Films at 25 and 30 frames per second keep their closures and their length."""

import numpy as np
import pytest
from media.film import animate, chain_inputs, decoded_pictures
from media.workshop import Workshop

from mediakit.alignment.track import FPS, rerated


def test_a_closure_of_one_frame_survives_another_rate() -> None:
    values = np.column_stack([np.full(50, 0.6), np.ones(50)])
    values[[7, 20, 33], 0] = 0
    rated = rerated(values, 60, 30)
    assert np.count_nonzero(rated[:, 0] == 0) == 3
    assert np.array_equal(rerated(values, 50, FPS), values)


def test_a_plain_resampling_would_lose_it() -> None:
    opening = np.full(50, 0.6)
    opening[7] = 0
    plain = np.interp((np.arange(60) + 0.5) / 30 * 25 - 0.5, np.arange(50), opening)
    assert plain.min() > 0.02


@pytest.mark.parametrize("fps", [25, 30])
def test_the_film_has_the_asked_rate(workshop: Workshop, fps: int) -> None:
    inputs = chain_inputs(workshop, "Yes, we may.")
    outputs = animate(workshop, inputs, size=256, fps=fps)
    meta = outputs["video"]["meta"]
    frames = decoded_pictures(workshop.path(outputs["video"]))
    assert meta["fps"] == fps and len(frames) == round(meta["duration_s"] * fps)
    assert outputs["background"] == "still"


def test_without_a_matte_the_result_says_that_the_background_moves(workshop: Workshop) -> None:
    inputs = chain_inputs(workshop, "Yes.")
    del inputs["matte"]
    assert animate(workshop, inputs, size=256)["background"] == "moves"
