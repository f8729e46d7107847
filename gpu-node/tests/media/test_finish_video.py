"""Cards, captions in the picture, the mark, poster, preview and WebM of a finished film."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.film import Film, decoded_pictures, decoded_sound, finish
from media.finished import decoded, lengths_s, make_finished
from media.workshop import Workshop
from PIL import Image

from gpu_node.errors import BadMedia, BadText
from mediakit.captions import Cue, from_webvtt, to_webvtt
from mediakit.video.encode import MARK

CUES = [Cue(0.5, 1.0, ("Caf\u00e9 & bread", "for all")), Cue(1.5, 2.0, ("Wow!",))]
CORNER = (slice(10, 50), slice(10, 155))
"""Where the mark is in a picture of 512 x 512."""


def given(film: Film, workshop: Workshop, **wishes: Any) -> dict[str, Any]:
    source = workshop.work_dir / "given.vtt"
    source.write_text(to_webvtt(CUES), encoding="utf-8")
    video, captions = workshop.given(film.path, "video/mp4"), workshop.given(source, "text/vtt")
    return {"video": video, "captions": captions, **wishes}


def changes(new: list[Any], old: list[Any], window: tuple[slice, slice]) -> list[float]:
    return [
        float(np.abs(a[window].astype(int) - b[window]).mean())
        for a, b in zip(new, old, strict=True)
    ]


def test_without_wishes_the_film_stays_as_it_is_but_for_the_mark(
    film: Film, workshop: Workshop
) -> None:
    outputs = finish(workshop, given(film, workshop))
    pictures = decoded_pictures(workshop.path(outputs["video"]))
    assert len(pictures) == len(film.pictures)
    assert max(changes(pictures, film.pictures, (slice(60, 512), slice(0, 512)))) < 2
    assert min(changes(pictures, film.pictures, CORNER)) > 12
    assert outputs["marked"] is True and "webm" not in outputs


def test_only_the_owner_of_the_machine_turns_the_mark_off(film: Film, workshop: Workshop) -> None:
    workshop.settings = {"visible_mark": False}
    outputs = finish(workshop, given(film, workshop))
    done = decoded(workshop, outputs)
    assert max(changes(done.pictures, film.pictures, CORNER)) < 2
    assert outputs["marked"] is False
    assert MARK.encode() in done.path.read_bytes()


def test_the_stills_show_the_face_with_the_mark_and_without_a_caption(
    film: Film, workshop: Workshop
) -> None:
    outputs = finish(workshop, given(film, workshop, burn_captions=True, title="Bread"))
    poster = decoded_pictures(workshop.path(outputs["poster"]))[0]
    assert poster.shape == film.pictures[0].shape
    near = [
        float(np.abs(poster[60:].astype(int) - picture[60:]).mean()) for picture in film.pictures
    ]
    assert min(near) < 3
    assert np.abs(poster[CORNER].astype(int) - film.pictures[0][CORNER]).mean() > 12
    with Image.open(workshop.path(outputs["preview"])) as preview:
        assert preview.size == (240, 240) and getattr(preview, "n_frames", 1) == 30
        preview.seek(10)
        shown = np.asarray(preview.convert("RGB"), int)
    old = np.asarray(Image.fromarray(film.pictures[25][..., ::-1]).resize((240, 240)), int)
    # Colors of a palette of 256, with noise in place of steps.
    assert np.abs(shown - old)[30:200].mean() < 8


def test_cards_move_sound_and_captions_by_their_length(film: Film, workshop: Workshop) -> None:
    wishes = given(film, workshop, title="Bread and jam", end_text="Bye")
    outputs = finish(workshop, wishes, {"title_s": 1.0, "end_s": 0.8})
    done = decoded(workshop, outputs)
    assert len(done.pictures) == 25 + len(film.pictures) + 20
    assert np.abs(done.sound[:47_000]).max() < 1e-3
    own = film.sound[: 48_000 * 2]
    same = np.correlate(done.sound[46_000 : 50_000 + len(own)], own, mode="valid")
    assert abs(int(same.argmax()) - 2_000) < 100
    # White letters on a dark card: neither is in the drawn portrait's first picture.
    for card in (done.pictures[13], done.pictures[-10]):
        assert card.max() > 235 > film.pictures[0].mean() > 1.6 * card.mean()
    # Out of the dark, over into the film, and into the dark again.
    assert done.pictures[0].mean() < 0.5 * done.pictures[13].mean()
    assert np.abs(done.pictures[24].astype(int) - film.pictures[0])[60:].mean() < 12
    assert done.pictures[-1][60:].mean() < 4
    assert outputs["captions"]["meta"] == {"in_picture": False}
    cues = from_webvtt(workshop.path(outputs["captions"]).read_text(encoding="utf-8"))
    assert [(cue.start_s, cue.lines) for cue in cues] == [(c.start_s + 1, c.lines) for c in CUES]


def test_captions_are_in_the_picture_only_while_they_are_shown_and_wished(
    film: Film, workshop: Workshop
) -> None:
    outputs = finish(workshop, given(film, workshop, burn_captions=True))
    assert outputs["captions"]["meta"] == {"in_picture": True}
    burned = decoded_pictures(workshop.path(outputs["video"]))
    changed = changes(burned, film.pictures, (slice(420, 512), slice(0, 512)))
    assert min(changed[14:24]) > 5 > max(changed[:12] + changed[27:36])


def test_webm_is_as_long_as_the_film(film: Film, workshop: Workshop) -> None:
    outputs = finish(workshop, given(film, workshop, webm=True))
    path = workshop.path(outputs["webm"])
    pictures, sound = lengths_s(path)
    assert pictures == len(film.pictures) / 25 == pytest.approx(sound, abs=0.02)
    mp4 = decoded_pictures(workshop.path(outputs["video"]))
    assert max(changes(decoded_pictures(path), mp4, (slice(0, 512), slice(0, 512)))) < 3
    heard, said = decoded_sound(path), film.sound
    assert np.corrcoef(heard[: 48_000 * 3], said[: 48_000 * 3])[0, 1] > 0.95


@pytest.mark.parametrize("fps", [25, 30])
@pytest.mark.parametrize("aspect", ["1:1", "9:16", "16:9"])
def test_whole_runs_have_sound_as_long_as_pictures(
    workshop: Workshop, fps: int, aspect: str
) -> None:
    shape = {"size": 256, "aspect": aspect, "avatar": "amara"}
    done = make_finished(workshop, shape, fps, title="Hi", end_text="Bye", music="bright")
    pictures, sound = lengths_s(done.path)
    assert abs(pictures - sound) <= 1 / fps
    assert pictures == done.outputs["video"]["meta"]["duration_s"]
    wanted = {"1:1": (256, 256), "9:16": (456, 256), "16:9": (256, 456)}[aspect]
    assert done.pictures[0].shape[:2] == wanted
    total = len(done.pictures)
    assert [done for done, _, unit in workshop.progressed if unit == "frames"][-total:] == list(
        range(1, total + 1)
    )


def test_a_film_of_an_odd_rate_keeps_its_length(film: Film, workshop: Workshop) -> None:
    """A control for the lengths above: pictures are chosen by time, not counted."""
    import av

    path = workshop.work_dir / "odd.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for i in range(24):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), i * 10, np.uint8), "bgr24")
            # 12 pictures in the first second, then 12 in three.
            frame.pts = i if i < 12 else 12 + (i - 12) * 3
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    workshop.settings = {"visible_mark": False}
    outputs = finish(workshop, {"video": workshop.given(path, "video/mp4")})
    done = decoded(workshop, outputs)
    fps = outputs["video"]["meta"]["fps"]
    assert len(done.pictures) / fps == pytest.approx(4, abs=0.3)
    at_2_5_s = done.pictures[round(2.5 * fps)].mean()
    assert at_2_5_s == pytest.approx(180, abs=12)


def test_cancel_ends_it(film: Film, workshop: Workshop) -> None:
    wishes = given(film, workshop)
    workshop.canceled_by = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        finish(workshop, wishes)


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
        finish(workshop, inputs)
    assert caught.value.extensions["pointer"] == f"/inputs/{port}"


@pytest.mark.parametrize(
    ("port", "value", "code"),
    [
        ("title", "Bread \U0001f35e", "invalid-input"),
        ("end_text", "\u3053\u3093\u306b\u3061\u306f", "invalid-input"),
        ("title", "word " * 400, "text-too-long"),
        ("title", "x" * 300, "text-too-long"),
        ("music", "loud", "invalid-input"),
    ],
)
def test_wishes_that_cannot_be_met_are_named_before_a_picture_is_made(
    film: Film, workshop: Workshop, port: str, value: str, code: str
) -> None:
    with pytest.raises((BadText, BadMedia)) as caught:
        finish(workshop, given(film, workshop, **{port: value}))
    assert (caught.value.code, caught.value.extensions["pointer"]) == (code, f"/inputs/{port}")
    assert not workshop.progressed


def test_captions_without_letters_are_named_only_if_they_are_to_be_drawn(
    film: Film, workshop: Workshop, tmp_path: Path
) -> None:
    path = tmp_path / "odd.vtt"
    path.write_text(to_webvtt([Cue(0, 1, ("\u0939\u093f",))]), encoding="utf-8")
    inputs = given(film, workshop) | {"captions": workshop.given(path, "text/vtt")}
    finish(workshop, inputs)
    with pytest.raises(BadText) as caught:
        finish(workshop, inputs | {"burn_captions": True})
    assert caught.value.extensions["pointer"] == "/inputs/captions"
    assert "U+0939" in caught.value.detail
