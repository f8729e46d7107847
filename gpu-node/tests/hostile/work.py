"""What is done with films, as the handlers do it, without what is slow."""

from collections.abc import Callable
from pathlib import Path

from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.handlers.finish_video import finish_video
from gpu_node.handlers.media_problems import given
from gpu_node.handlers.upscale_video import upscale_video
from mediakit.video.source import frames_of, open_film, sound_parts
from mediakit.video.timed import FilmForm, TimedFilmWriter

MODELS = Path(__file__).parents[3] / ".data" / "models"


def _read(path: Path) -> None:
    """As `upscale_video` does, with pictures that stay as small as they are."""
    with given("/inputs/video"):
        film = open_film(path)
        form = FilmForm(film.height, film.width, film.fps, film.time_base, {}, film.channels)
        sound = sound_parts(film) if film.channels else iter(())
        with TimedFilmWriter(path.parent / "read.mp4", form, sound) as writer:
            for frame in frames_of(film):
                writer.write(frame.picture, frame.start, frame.duration)


def _finish(path: Path) -> None:
    workshop = Workshop(path.parent, MODELS)
    inputs = models.FinishVideoInputs.model_validate({"video": workshop.given(path, "video/mp4")})
    finish_video.run(models.FinishVideoParams(), inputs, workshop.using("pyav"))


def _pass(path: Path) -> None:
    workshop = Workshop(path.parent, MODELS)
    inputs = models.UpscaleVideoInputs.model_validate({"video": workshop.given(path, "video/mp4")})
    upscale_video.run(models.UpscaleVideoParams(), inputs, workshop.using("passthrough"))


def _warm(path: Path) -> None:
    """Imports and first uses: what memory counts from."""
    _read(path)


WORKS: dict[str, Callable[[Path], None]] = {
    "read": _read, "finish": _finish, "pass": _pass, "warm": _warm,
}  # fmt: skip
