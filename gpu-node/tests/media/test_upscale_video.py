"""`passthrough` hands films on, and only films."""

from pathlib import Path

import pytest
from media.film import Film
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import BadMedia
from gpu_node.handlers.registry import load_registry
from gpu_node.handlers.upscale_video import upscale_video


def test_it_is_chosen_where_nobody_asks_for_another(models_dir: Path) -> None:
    """A small portrait has been enlarged before; its film must not be once more."""
    offered = load_registry("").engines("upscale_video", models_dir)
    assert [engine.name for engine in offered] == ["passthrough", "esrgan"]


def test_it_describes_the_film(film: Film, workshop: Workshop) -> None:
    video = workshop.given(film.path, "video/mp4")
    outputs = upscale_video.run(
        models.UpscaleVideoParams(),
        models.UpscaleVideoInputs.model_validate({"video": video}),
        workshop.using("passthrough"),
    )
    assert outputs["video"]["meta"] == {
        "width": 512,
        "height": 512,
        "fps": 25,
        "duration_s": len(film.planned) / 25,
    }
    assert outputs["video"]["sha256"] == video["sha256"]


@pytest.mark.parametrize("data", [b"", b"no film", b"\x00\x00\x00\x18ftypisom" + bytes(200)])
def test_what_is_no_film_is_refused(workshop: Workshop, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "film"
    path.write_bytes(data)
    video = workshop.given(path, "video/mp4")
    inputs = models.UpscaleVideoInputs.model_validate({"video": video})
    with pytest.raises(BadMedia) as caught:
        upscale_video.run(models.UpscaleVideoParams(), inputs, workshop.using("passthrough"))
    assert caught.value.extensions["pointer"] == "/inputs/video"
