"""What is seen between the lips: cavity, tongue and teeth."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.arrays import Floats, Indices, Picture
from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import FaceFrame
from mediakit.talking_head.lips import lips_apart
from mediakit.talking_head.mesh import Points
from mediakit.talking_head.sampling import sampled
from mediakit.talking_head.teeth import lower_jaw, upper_teeth

SCALE = 160
"""Texture pixels per half width of the mouth."""
ORIGIN = (1.25 * SCALE, 0.75 * SCALE)
"""Where the middle of the closed mouth lies in a texture, pixels from its corner."""
SHAPE = (round(2.25 * SCALE), round(2.5 * SCALE))
"""Height and width of a texture."""

_CAVITY = np.array([34, 26, 58], np.float32)
_SEAM = 0.42
"""How dark the line between closed lips is."""
_SEAM_TINT = np.array([0.55, 0.52, 0.62], np.float32)
_LIT_GAP = 0.075
"""From this gap on, in eye distances, teeth are seen in full light."""
_WARM = np.array([1.35, 1.15, 0.9], np.float32)
"""Light between lips has passed through them: blue falls off first."""
_SLIT = np.array([0.36, 0.34, 0.46], np.float32)
"""Colour between lips that hardly part, as a share of the lips' colour."""
_COVERED = 0.11
"""How far a fully rounded mouth hides the upper teeth, in eye distances."""
_ROUND_SHADE = 0.5
"""How much less of teeth and tongue is seen in it."""
_TOUCH, _SLIVER = 0.05, 0.3
"""Gaps that are small against this length, in eye distances, are drawn with this strength."""
_SHIFT = 4

Layer = Floats
"""(height, width, 4): blue, green, red, already multiplied by alpha (0..1)."""


@dataclass(frozen=True)
class MouthInterior:
    """Textures in the mouth's own axes; the upper one hangs on the skull, the lower on the jaw."""

    upper: Layer
    lower: Layer
    frame: FaceFrame
    lip: Floats
    """Colour of the lips."""
    light: Floats
    """Colour of the portrait's light, from its skin; 1 for a well-lit light one."""

    def draw(
        self, picture: Picture, rim: Points, drift: Points, *, jaw: float, rounded: float
    ) -> None:
        """Paint into `picture` what the rim of the inner lips shows.

        rim: (n, 2) inner lips in this frame; drift: how far the head moved; jaw: pixels down;
        rounded: 0..1, gathered lips cover the teeth and let little light in.
        """
        half = len(rim) // 2
        gap = float(np.linalg.norm(rim[half // 2] - rim[half + half // 2]))
        self._draw_seam(picture, rim[: half + 1], gap)
        shown = min(1.0, max(0.0, (gap - 0.7) / 1.5))
        if shown == 0:
            return
        low = np.maximum(np.floor(rim.min(axis=0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(rim.max(axis=0)).astype(int) + 3, picture.shape[1::-1])
        if (high <= low).any():
            return
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        mask = np.zeros(size[::-1], np.uint8)
        fixed = np.round((rim - low) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=_SHIFT)
        alpha = cv2.GaussianBlur(mask, (0, 0), 0.7).astype(np.float32)[..., None] * (shown / 255)
        alpha *= self._openness(mask)[..., None]
        inside = self._inside(size, low, drift, jaw=jaw, mask=mask, gap=gap, rounded=rounded)
        window = picture[low[1] : high[1], low[0] : high[0]]
        window[:] = np.clip(window * (1 - alpha) + inside * alpha + 0.5, 0, 255)

    def _openness(self, mask: NDArray[np.uint8]) -> Floats:
        """Less than 1 where lips all but touch, beside an opening: a seam is no hole."""
        wide = cv2.GaussianBlur(mask, (0, 0), _TOUCH * self.frame.unit).astype(np.float32) / 255
        return _SLIVER + (1 - _SLIVER) * np.clip((wide - 0.06) / 0.22, 0, 1)

    def _draw_seam(self, picture: Picture, upper: Points, gap: float) -> None:
        """The soft dark line between closed lips; it hides that the picture is cut there."""
        shown = _SEAM * min(1.0, max(0.0, (2.5 - gap) / 1.5))
        if shown == 0:
            return
        low = np.maximum(np.floor(upper.min(axis=0)).astype(int) - 4, 0)
        high = np.ceil(upper.max(axis=0)).astype(int) + 5
        window = picture[low[1] : high[1], low[0] : high[0]]
        mask = np.zeros(window.shape[:2], np.uint8)
        fixed = np.round((upper - low) * (1 << _SHIFT)).astype(np.int32)
        width = max(1, round(self.frame.half_mouth / 28))
        cv2.polylines(mask, [fixed], False, 255, width, cv2.LINE_AA, shift=_SHIFT)
        alpha = cv2.GaussianBlur(mask, (0, 0), 0.8 * width).astype(np.float32)[..., None]
        alpha *= 1.6 * shown / 255
        dark = self.lip * _SEAM_TINT * alpha
        window[:] = np.clip(window * (1 - alpha) + dark + 0.5, 0, 255)

    def _inside(
        self,
        size: tuple[int, int],
        low: Indices,
        drift: Points,
        *,
        jaw: float,
        mask: NDArray[np.uint8],
        gap: float,
        rounded: float,
    ) -> Floats:
        """Cavity, tongue and lower teeth, upper teeth, all darker towards the rim."""
        colour = np.empty((*mask.shape, 3), np.float32)
        colour[:] = _CAVITY * self.light
        # Gathered lips come forward: what they cover seems to draw back behind the upper one.
        back = -_COVERED * rounded * self.frame.unit
        for layer, down in ((self.lower, jaw), (self.upper, back)):
            placed = self._placed(layer, size, drift - low + down * self.frame.down)
            placed *= 1 - _ROUND_SHADE * rounded
            colour = colour * (1 - placed[..., 3:]) + placed[..., :3]
        reach = max(1.0, 0.22 * gap)
        depth = cv2.GaussianBlur(mask, (0, 0), reach, borderType=cv2.BORDER_CONSTANT)
        shade = np.clip(depth.astype(np.float32) / 255 * 1.6 - 0.45, 0.3, 1.0)
        # Little light falls between lips that hardly part: what shows is their own dark red.
        lit = min(1.0, gap / (_LIT_GAP * self.frame.unit))
        lit = lit * lit * (3 - 2 * lit)
        dim = _WARM * (1 + 1.2 * (1 - lit))
        return colour * shade[..., None] ** dim * lit + self.lip * _SLIT * (1 - lit)

    def _placed(self, layer: Layer, size: tuple[int, int], shift: Points) -> Layer:
        """The texture where it lies in the window."""
        step = self.frame.half_mouth / SCALE
        axes = np.column_stack([self.frame.across, self.frame.down]) * step
        corner = self.frame.seam + shift - axes @ np.array(ORIGIN)
        into = np.column_stack([axes, corner])
        return cv2.warpAffine(layer, into, size, flags=cv2.INTER_AREA).astype(np.float32)


def mouth_interior(portrait: Picture, points: Points, frame: FaceFrame) -> MouthInterior:
    """The inside of this person's mouth: own teeth if the portrait shows them, else drawn ones."""
    skin = sampled(portrait, points[[50, 280, 205, 425]]).mean(axis=0)
    light = np.clip(skin.max() / 215, 0.35, 1.1) * (skin / skin.max()) ** 0.3
    rim = points[t.ring(t.LIPS_INNER_UPPER, t.LIPS_INNER_LOWER)]
    if lips_apart(points, frame):
        upper = _own_teeth(portrait, rim, frame)
    else:
        upper = _softened(upper_teeth(SHAPE, ORIGIN, SCALE, light), frame)
    lower = _softened(lower_jaw(SHAPE, ORIGIN, SCALE, light), frame)
    lip = sampled(portrait, points[[180, 16, 404, 72, 302]]).mean(axis=0)
    return MouthInterior(upper, lower, frame, lip, light)


def _softened(layer: Layer, frame: FaceFrame) -> Layer:
    """Without detail finer than a pixel of the film, which would flicker."""
    soft = cv2.GaussianBlur(layer, (0, 0), max(0.5, 0.45 * SCALE / frame.half_mouth))
    return soft.astype(np.float32)


def _own_teeth(portrait: Picture, rim: Points, frame: FaceFrame) -> Layer:
    """What the portrait shows between its lips, in the mouth's axes."""
    step = frame.half_mouth / SCALE
    axes = np.column_stack([frame.across, frame.down]) * step
    corner = frame.seam - axes @ np.array(ORIGIN)
    out_of = np.column_stack([axes, corner])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    colour = cv2.warpAffine(portrait, out_of, SHAPE[::-1], flags=flags).astype(np.float32)
    alpha = np.zeros(SHAPE, np.float32)
    inside = (rim - corner) @ axes / step**2
    cv2.fillPoly(alpha, [np.round(inside).astype(np.int32)], 1.0)
    # The rim of the opening is lip and shadow, not tooth.
    core = cv2.erode(alpha, np.ones((9, 9), np.uint8))
    soft = cv2.GaussianBlur(core, (0, 0), 4)[..., None]
    return np.concatenate([colour * soft, soft], axis=2).astype(np.float32)
