"""Every engine that keeps a network says so as it loads it, and it is known when that goes."""

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_node.children.memory import resident_bytes
from gpu_node.engines import table
from gpu_node.engines.networks import HeldNetworks
from mediakit.model_files import checked
from mediakit.portrait import face_mesh, person_matte
from mediakit.speech import hibari, kokoro, recognition
from mediakit.upscale import models, network

# Past what keeps them for others: what is loaded here is loaded anew, and goes.
LOADERS: dict[str, Callable[[Path], object]] = {
    "esrgan": lambda _: network.load(models.FILM[2]),
    "face_mesh": face_mesh.load.__wrapped__,
    "hibari": lambda _: hibari.load.__wrapped__(),
    "kokoro": lambda folder: kokoro._session.__wrapped__(checked(folder, kokoro.MODEL)),
    "pocketsphinx": lambda _: recognition._decoder.__wrapped__(),
    "selfie_segmentation": person_matte.load.__wrapped__,
}
NONE_OF_THEIR_OWN = {"flite", "kokoro_match"}
"""A program that ends with each piece of text; and one that speaks by the network of `kokoro`."""
STAYS = {"pocketsphinx"}
"""Its decoder takes no weak reference, and is never let go."""


@pytest.mark.parametrize("engine", LOADERS)
def test_an_engine_tells_of_its_network_as_long_as_it_is_held(
    engine: str, models_dir: Path
) -> None:
    if reason := table.describe(engine, models_dir).reason:
        pytest.skip(reason)
    loaded = list[str]()
    held = HeldNetworks(
        lambda name, _: loaded.append(name),
        elapsed=lambda: 0.0,
        size=lambda: resident_bytes(os.getpid()),
    )
    held.watch()
    kept = LOADERS[engine](models_dir)
    assert (loaded, list(held.bytes_by_engine())) == ([engine], [engine])
    del kept
    gc.collect()
    assert list(held.bytes_by_engine()) == ([engine] if engine in STAYS else [])


def test_no_engine_that_has_models_is_left_out(models_dir: Path) -> None:
    having = {name for name in table.ENGINES if table.describe(name, models_dir).models}
    assert having == {*LOADERS, *NONE_OF_THEIR_OWN}
