"""Cards, captions in the picture, poster, preview and WebM of a finished film."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from media.film import Film, decoded_pictures, decoded_sound
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.engines.speech.captions import Cue, from_webvtt, to_webvtt
from gpu_node.engines.video.lettering import wrapped
from gpu_node.errors import BadMedia
from gpu_node.handlers import finish_video

CUES = [Cue(0.5, 1.0, ("Caf\u00e9 & bread", "for all")), Cue(1.5, 2.0, ("Wow!",))]


def finish(film: Film, workshop: Workshop, title: str = "", **params: Any) -> dict[str, Any]:
    source = workshop.work_dir / "given.vtt"
    source.write_text(to_webvtt(CUES), encoding="utf-8")
    inputs: dict[str, Any] = {
        "video": workshop.given(film.path, "video/mp4"),
        "captions": workshop.given(source, "text/vtt"),
        "title": title,
    }
    outputs = finish_video.run(
        models.FinishVideoParams(**params),
        models.FinishVideoInputs.model_validate(inputs),
        workshop.using("pyav"),
    )
    return models.FinishVideoOutputs.model_validate(outputs).model_dump(
        mode="json", exclude_unset=True
    )


def test_without_wishes_the_film_stays_as_it_is_and_gets_its_stills(
    film: Film, workshop: Workshop
) -> None:
    outputs = finish(film, workshop)
    pictures = decoded_pictures(workshop.path(outputs["video"]))
    assert len(pictures) == len(film.pictures)
    # The conversion to and from the coded colors rounds down by up to two levels.
    assert np.abs(pictures[40].astype(int) - film.pictures[40]).mean() < 3
    assert "webm" not in outputs
    poster = decoded_pictures(workshop.path(outputs["poster"]))[0]
    assert poster.shape == film.pictures[0].shape
    assert len(decoded_pictures(workshop.path(outputs["preview"]))) == 30


def test_cards_move_sound_and_captions_by_their_length(film: Film, workshop: Workshop) -> None:
    outputs = finish(film, workshop, title="Bread and jam", title_s=1.0, end_text="Bye", end_s=0.4)
    path = workshop.path(outputs["video"])
    pictures, sound = decoded_pictures(path), decoded_sound(path)
    assert len(pictures) == 25 + len(film.pictures) + 10
    assert np.abs(sound[:47_000]).max() < 1e-3
    own = film.sound[: 48_000 * 2]
    same = np.correlate(sound[46_000 : 50_000 + len(own)], own, mode="valid")
    assert abs(int(same.argmax()) - 2_000) < 100
    # White letters on a dark card: neither is in the drawn portrait's first picture.
    assert pictures[5].max() > 235 > film.pictures[0].mean() > 1.6 * pictures[5].mean()
    cues = from_webvtt(workshop.path(outputs["captions"]).read_text(encoding="utf-8"))
    assert [(cue.start_s, cue.lines) for cue in cues] == [(c.start_s + 1, c.lines) for c in CUES]


def test_captions_are_in_the_picture_only_while_they_are_shown_and_wished(
    film: Film, workshop: Workshop
) -> None:
    burned = decoded_pictures(workshop.path(finish(film, workshop, burn_captions=True)["video"]))
    changed = [
        float(np.abs(new[440:].astype(int) - old[440:]).mean())
        for new, old in zip(burned, film.pictures, strict=True)
    ]
    assert min(changed[14:24]) > 5 > max(changed[:12] + changed[27:36])


def test_webm_is_as_long_as_the_film(film: Film, workshop: Workshop) -> None:
    outputs = finish(film, workshop, webm=True)
    with av.open(str(workshop.path(outputs["webm"]))) as container:
        assert container.streams.video[0].codec_context.name in ("vp9", "libvpx-vp9")
        assert sum(1 for _ in container.decode(video=0)) == len(film.pictures)
    sound = decoded_sound(workshop.path(outputs["webm"]))
    assert len(sound) / 48_000 == pytest.approx(len(film.pictures) / 25, abs=0.03)


def test_cancel_ends_it(film: Film, workshop: Workshop) -> None:
    workshop.canceled_by = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        finish(film, workshop)


@pytest.mark.parametrize(
    ("port", "data"), [("video", b"no film"), ("captions", b"1\n00:00.000 --> x")]
)
def test_what_cannot_be_read_is_refused(
    film: Film, workshop: Workshop, tmp_path: Path, port: str, data: bytes
) -> None:
    path = tmp_path / "odd"
    path.write_bytes(data)
    inputs = {"video": workshop.given(film.path, "video/mp4")}
    inputs[port] = workshop.given(path, "video/mp4" if port == "video" else "text/vtt")
    with pytest.raises(BadMedia) as caught:
        finish_video.run(
            models.FinishVideoParams(),
            models.FinishVideoInputs.model_validate(inputs),
            workshop.using("pyav"),
        )
    assert caught.value.extensions["pointer"] == f"/inputs/{port}"


def test_titles_are_wrapped_and_cut() -> None:
    assert wrapped("one two three", 8, 2) == ("one two", "three")
    assert wrapped("one two three four five", 8, 2) == ("one two", "three...")
    assert wrapped("x" * 30, 8, 2) == ("", "x" * 8)
