"""Films that were joined: order, size, lengths of pictures and sound, the places between them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media.film import decoded_pictures
from media.finished import lengths_s
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.errors import PermanentError
from gpu_node.handlers import join_films
from mediakit.arrays import Samples
from mediakit.captions import Cue, from_webvtt, to_webvtt
from mediakit.video.decode import sound_of
from mediakit.video.encode import AUDIO_RATE, INTERMEDIATE, FilmWriter

RED, GREEN, BLUE = (40, 40, 200), (40, 200, 40), (200, 40, 40)


def tone(length: int, hertz: float = 220) -> Samples:
    """Loud, and at full deflection where it begins."""
    return (0.8 * np.cos(2 * np.pi * hertz * np.arange(length) / AUDIO_RATE)).astype(np.float32)


def plain_film(
    workshop: Workshop,
    colour: tuple[int, int, int],
    *,
    frames: int = 10,
    fps: int = 25,
    size: tuple[int, int] = (96, 128),
    sound: Samples | None = None,
) -> dict[str, Any]:
    """One colour with a tone; size: height and width."""
    path = workshop.work_dir / "plain.mp4"
    heard = tone(frames * AUDIO_RATE // fps) if sound is None else sound
    with FilmWriter(
        path, size=size, fps=fps, frames=frames, sound=heard, form=INTERMEDIATE
    ) as writer:
        for _ in range(frames):
            writer.write(np.full((*size, 3), colour, np.uint8))
    return workshop.given(path, "video/mp4")


def captions(workshop: Workshop, *cues: Cue) -> dict[str, Any]:
    path = workshop.work_dir / "given.vtt"
    path.write_text(to_webvtt(list(cues)), encoding="utf-8")
    return workshop.given(path, "text/vtt")


def join(workshop: Workshop, videos: list[Any], **inputs: Any) -> dict[str, Any]:
    given = {"videos": videos, **inputs}
    context = workshop.using("pyav")
    params = models.JoinFilmsParams(quality="intermediate")
    join_films.check(params, given, context)
    outputs = join_films.run(params, models.JoinFilmsInputs.model_validate(given), context)
    return models.JoinFilmsOutputs.model_validate(outputs).model_dump(mode="json")


def test_films_follow_each_other_in_order_and_last_as_long_as_all_of_them(
    workshop: Workshop,
) -> None:
    lengths = {RED: 10, GREEN: 7, BLUE: 13}
    given = [plain_film(workshop, colour, frames=n) for colour, n in lengths.items()]
    outputs = join(workshop, given)
    path = workshop.path(outputs["video"])
    pictures = decoded_pictures(path)
    wanted = [colour for colour, n in lengths.items() for _ in range(n)]
    for picture, colour in zip(pictures, wanted, strict=True):
        assert np.abs(picture.mean(axis=(0, 1)) - colour).max() < 8
    assert outputs["starts"] == [0, 10 / 25, 17 / 25]
    seen, heard = lengths_s(path)
    assert seen == outputs["video"]["meta"]["duration_s"] == 30 / 25
    assert heard == pytest.approx(seen, abs=1 / 25)
    assert workshop.progressed[-1] == (30, 30, "frames")


def test_sound_neither_clicks_where_films_meet_nor_drifts_away(workshop: Workshop) -> None:
    # 7 frames of 30 are no whole number of blocks of any codec; each tone ends at full deflection.
    count, frames, fps = 12, 7, 30
    span = frames * AUDIO_RATE // fps
    outputs = join(
        workshop, [plain_film(workshop, RED, frames=frames, fps=fps) for _ in range(count)]
    )
    sound = sound_of(workshop.path(outputs["video"]))[: count * span]
    steps = np.abs(np.diff(sound))
    inside = float(np.abs(np.diff(tone(span))).max())
    assert steps.max() < 1.2 * inside
    for number in range(count):
        part = sound[number * span : (number + 1) * span]
        same = np.correlate(part[400 : span - 400], tone(span)[800 : span - 800], "valid")
        assert abs(int(same.argmax()) - 400) <= 2, number


def test_the_first_film_says_size_and_rate_and_others_are_shown_whole(workshop: Workshop) -> None:
    first = plain_film(workshop, RED)
    tall = plain_film(workshop, GREEN, frames=15, fps=30, size=(192, 128))
    outputs = join(workshop, [first, tall])
    pictures = decoded_pictures(workshop.path(outputs["video"]))
    # Half a second at 30 is half a second at 25.
    assert len(pictures) == pytest.approx(10 + 12.5, abs=1)
    shown = pictures[-1].astype(int)
    assert shown.shape == (96, 128, 3)
    assert np.abs(shown[10:86, 36:92].mean(axis=(0, 1)) - GREEN).max() < 8
    assert max(shown[:, :28].max(), shown[:, 100:].max()) < 24
    assert outputs["video"]["meta"]["fps"] == 25


def test_a_film_without_sound_is_silent_and_the_next_one_is_not_early(
    workshop: Workshop, tmp_path: Path
) -> None:
    silent = plain_film(workshop, RED, sound=np.zeros(0, np.float32))
    outputs = join(workshop, [silent, plain_film(workshop, GREEN)])
    sound = sound_of(workshop.path(outputs["video"]))
    border = 10 * AUDIO_RATE // 25
    assert np.abs(sound[: border - 100]).max() < 1e-3
    assert np.abs(sound[border : border + 500]).max() > 0.5


def test_captions_move_with_their_films_and_end_with_them(workshop: Workshop) -> None:
    one = captions(workshop, Cue(0.1, 0.9, ("One",)), Cue(0.5, 0.8, ("never",)))
    two = captions(workshop, Cue(0.08, 0.3, ("Two",)))
    films = [plain_film(workshop, RED), plain_film(workshop, GREEN)]
    outputs = join(workshop, films, captions=[one, two])
    cues = from_webvtt(workshop.path(outputs["captions"]).read_text(encoding="utf-8"))
    assert cues == [Cue(0.1, 0.4, ("One",)), Cue(0.48, 0.7, ("Two",))]


def test_what_cannot_be_joined_is_named_by_its_place(workshop: Workshop, tmp_path: Path) -> None:
    film = plain_film(workshop, RED)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"I am a text and nothing else. " * 50)
    no_film, words = workshop.given(broken, "video/mp4"), workshop.given(broken, "text/vtt")
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"videos": []}, "invalid-input", "/inputs/videos"),
        ({"videos": [film, no_film]}, "invalid-video", "/inputs/videos/1"),
        ({"videos": [film], "captions": [words]}, "invalid-input", "/inputs/captions/0"),
        ({"videos": [film, film], "captions": [words]}, "invalid-input", "/inputs/captions"),
    ]
    for inputs, code, pointer in cases:
        with pytest.raises(PermanentError) as caught:
            join_films.check(models.JoinFilmsParams(), inputs, workshop.using("pyav"))
        assert (caught.value.code, caught.value.extensions["pointer"]) == (code, pointer)
