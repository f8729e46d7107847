"""One short film, made by the whole chain, that many tests look at."""

from pathlib import Path

import pytest
from media.film import Film, make_film
from media.workshop import Workshop

from mediakit.speech import kokoro

MODELS = Path(__file__).parents[3] / ".data" / "models"


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """The sound is the same; two threads wait for each other by turning, which takes half as much
    again from the tests that run beside."""
    kokoro.THREADS = 1


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """The face networks that the set-up unpacks."""
    assert (MODELS / "face_landmark.tflite").exists(), "run `npm run bootstrap` first"
    return MODELS


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Film:
    """The drawn face saying a sentence."""
    return make_film(Workshop(tmp_path_factory.mktemp("film"), models_dir))


@pytest.fixture
def workshop(tmp_path: Path, models_dir: Path) -> Workshop:
    """A fresh context."""
    return Workshop(tmp_path, models_dir)
