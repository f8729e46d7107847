"""Runs the small face networks."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

import numpy as np

from mediakit.arrays import Floats


class Network:
    """A TensorFlow Lite network with one input; the outputs come in the order of the file."""

    def __init__(self, path: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with _quiet_stderr():
            # One thread gives the same points on every machine; a face takes 2 ms.
            self._interpreter = Interpreter(str(path), num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()

    @property
    def side(self) -> int:
        """Height and width of the input."""
        return int(np.asarray(self._input["shape"])[1])

    def __call__(self, picture: Floats) -> list[Floats]:
        """Outputs for one (side, side, 3) picture."""
        self._interpreter.set_tensor(self._input["index"], picture[None].astype(np.float32))
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output["index"]) for output in self._outputs]


@contextlib.contextmanager
def _quiet_stderr() -> Generator[None]:
    """The C++ side prints an information line when it starts; it is not for our log."""
    saved = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
