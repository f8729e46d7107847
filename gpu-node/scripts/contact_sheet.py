"""Writes telling frames of a talking head side by side: to be looked at.

Usage: contact_sheet.py film.mp4 sheet.png|sheet.jpg MODELS_DIR
Shows rest, widest open, rounded lips, teeth, closed lips, a blink, a turned head, the end, as the
face mesh measures them on the decoded frames.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.portrait import face_mesh, topology

COLUMNS = 4
TILE = 320
SURE = 0.9
"""Below this score of the mesh the face is looked for anew."""
USUAL = 0.03
"""How much the light on a face may differ from the usual, as a share; talking changes less."""
LIGHT = 5
"""Column of `measure`."""

Frame = NDArray[np.uint8]


def main(film: Path, sheet: Path, models: Path) -> None:
    """Measure every frame, pick, write; frames are decoded twice so that few are kept."""
    measures = np.array(list(measured(film, face_mesh.load(models))))
    if np.isnan(measures).all():
        sys.exit(f"{film}: no face in it")
    shown = np.flatnonzero(alike(measures[:, LIGHT]))
    wanted = {name: int(shown[i]) for name, i in picks(measures[shown]).items()}
    kept = {i: frame for i, frame in enumerate(decoded(film)) if i in wanted.values()}
    tiles = [tile(kept[i], f"{name} ({i})") for name, i in wanted.items()]
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    cv2.imwrite(str(sheet), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 84])
    print(sheet)


def measured(film: Path, mesh: face_mesh.FaceMesh) -> Iterator[list[float]]:
    """What `measure` finds in each frame; NaN where there is no face."""
    face = None
    for frame in decoded(film):
        if face is not None:
            face = mesh.track(frame, face)
        if face is None or face.score < SURE:
            face = next(iter(mesh.find(frame)), None)
        yield [np.nan] * (LIGHT + 1) if face is None else measure(frame, face.points)


def alike(light: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Frames whose face is lit as in most: cards and fades show it blurred and dark, if at all."""
    usual = np.nanmedian(light)
    return np.abs(light - usual) < USUAL * usual


def picks(measures: NDArray[np.float64]) -> dict[str, int]:
    """Names of the tiles and the frames that show them best."""
    gap, width, eyes, turn, bright, _ = measures.T
    some, open_enough = gap > np.percentile(gap, 40), gap > np.percentile(gap, 60)
    return {
        "rest": 0,
        "widest": int(gap.argmax()),
        "rounded": int(np.where(some, width, np.inf).argmin()),
        "teeth": int(np.where(open_enough, bright, -np.inf).argmax()),
        "closed": int(gap.argmin()),
        "blink": int(eyes.argmin()),
        "turned": int(np.abs(turn - np.median(turn)).argmax()),
        "end": len(gap) - 1,
    }


def decoded(film: Path) -> Iterator[Frame]:
    """The frames of a film, one by one."""
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def measure(frame: Frame, points: NDArray[np.float64]) -> list[float]:
    """Lip gap, mouth width, eye opening, turn of the head, brightness between the lips, light on
    the face."""

    def apart(a: int, b: int) -> float:
        return float(np.linalg.norm(points[a, :2] - points[b, :2]))

    unit = apart(33, 263)
    eyes = (apart(159, 145) + apart(386, 374)) / unit
    # Below the upper lip: the network may count some of a light lower lip as inside.
    upper = points[topology.LIPS_INNER_UPPER, :2]
    lower = (upper + points[topology.LIPS_INNER_LOWER, :2]) / 2
    rim = np.concatenate([upper, lower[-2:0:-1]])
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(rim).astype(np.int32)], 255)
    inside = frame[mask > 0]
    # Teeth are light in all colours, lips in red only.
    bright = float(np.percentile(inside.min(axis=1), 80)) if len(inside) else 0.0
    turn = apart(1, 234) / apart(1, 454)
    # Forehead and eyes: the mouth's own dark does not count.
    upper_face = np.minimum(points[topology.OVAL, :2], [np.inf, points[1, 1]])
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(upper_face).astype(np.int32)], 255)
    light = float(cv2.mean(frame, mask)[1])
    return [apart(13, 14) / unit, apart(61, 291) / unit, eyes, turn, bright, light]


def tile(frame: Frame, caption: str) -> Frame:
    """The frame at its size on the sheet, with a caption."""
    height, width = frame.shape[:2]
    scale = TILE / min(height, width)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    # Under the mark of generated films.
    for colour, thick in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(
            small,
            caption,
            (8, 44),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.6,
            colour,
            thick,
            cv2.LINE_AA,
        )
    return small


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: contact_sheet.py film.mp4 sheet.png MODELS_DIR")
    try:
        main(*(Path(argument) for argument in sys.argv[1:4]))
    except av.error.FFmpegError as error:
        sys.exit(f"{sys.argv[1]} cannot be read as a film: {error.strerror}.")
