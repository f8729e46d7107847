"""Engine `selfie_segmentation`: which pixels of a portrait are the person."""

import importlib.util
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.model_files import checked
from mediakit.networks import network_of
from mediakit.portrait.tflite import Network

MODEL = "selfie_segmentation.tflite"
_RADIUS = 1 / 64
"""How far the rim may be from where the network sees it, as a share of the shorter side."""
_FACTORS_SIDE = 512
_SMOOTHNESS = 2e-4
"""Contrast (variance of brightness 0..1) below which the rim does not follow the picture."""


class PersonMatte:
    """The network with the refinement that lets its coarse rim follow hair."""

    def __init__(self, models: Path) -> None:
        self._network = Network(checked(models, MODEL))

    def find(self, picture: Picture, check_canceled: Callable[[], None] = lambda: None) -> Floats:
        """(height, width), 1 where the person is, 0 where the background is, between in hair.

        check_canceled: called between the parts, to raise if nobody wants it any more.
        """
        side = self._network.side
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        coarse = self._network(small[..., ::-1] / np.float32(255))[0].reshape(side, side)
        height, width = picture.shape[:2]
        rough = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
        check_canceled()
        fine = _guided(picture, rough.astype(np.float32))
        check_canceled()
        return _largest(fine)


def _guided(picture: Picture, rough: Floats) -> Floats:
    """The matte as a locally linear function of the picture (the guided filter; its factors vary
    slowly and are found in a smaller picture).
    """
    height, width = rough.shape
    scale = min(1.0, _FACTORS_SIDE / min(rough.shape))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = cv2.resize(picture, small, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    rough = cv2.resize(rough, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    size = (max(3, 2 * round(_RADIUS * min(rough.shape)) + 1),) * 2

    def mean(values: Floats) -> Floats:
        return cv2.blur(values, size).astype(np.float32)

    middle, matte = mean(guide), mean(rough)
    shared = mean(guide * rough[..., None]) - middle * matte[..., None]
    spread = np.empty((*rough.shape, 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            both = mean(guide[..., i] * guide[..., j]) - middle[..., i] * middle[..., j]
            spread[..., i, j] = spread[..., j, i] = both
    spread += _SMOOTHNESS * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(spread, shared[..., None])[..., 0]
    offset = matte - (slope * middle).sum(axis=-1)
    factors = np.dstack([mean(slope), mean(offset)])
    factors = cv2.resize(factors, (width, height), interpolation=cv2.INTER_LINEAR)
    fine = (factors[..., :3] * (picture / np.float32(255))).sum(axis=-1) + factors[..., 3]
    return np.clip((fine - 0.08) / 0.84, 0, 1).astype(np.float32)


def _largest(matte: Floats) -> Floats:
    """Without islands: only what hangs together with the largest part is the person."""
    solid = (matte > 0.4).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    if len(stats) < 2:
        return matte
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    body = (labels == best).astype(np.uint8)
    # What the network lost inside the person belongs to it.
    holes, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(body), holes, -1, 1, -1)
    reach = max(3, round(2 * _RADIUS * min(matte.shape)))
    near = cv2.dilate(filled, np.ones((reach, reach), np.uint8))
    core = cv2.erode(filled, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8), borderValue=1)
    return np.maximum(matte * near, core.astype(np.float32))


@lru_cache(maxsize=1)
@network_of("selfie_segmentation")
def load(models: Path) -> PersonMatte:
    """The network, loaded once per process."""
    return PersonMatte(models)


def why_not(models: Path | None) -> str | None:
    """What it lacks here; without `models` only the library is looked for."""
    if importlib.util.find_spec("ai_edge_litert") is None:
        return "the Python package ai-edge-litert is not installed"
    if models is not None and not (models / MODEL).is_file():
        return f"the model file {MODEL} is missing"
    return None
