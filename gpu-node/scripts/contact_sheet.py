"""Writes telling frames of a talking head side by side: to be looked at.

Usage: contact_sheet.py film.mp4 sheet.png MODELS_DIR
Shows the first frame, closed, widest, rounded and spread lips, teeth, a blink and a turned head, as
the face mesh measures them on the decoded frames.
"""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from gpu_node.engines.portrait import face_mesh

COLUMNS = 4
TILE = 384


def main(film: Path, sheet: Path, models: Path) -> None:
    """Measure every frame, pick, write."""
    with av.open(str(film)) as container:
        frames = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    mesh = face_mesh.load(models)
    face = mesh.find(frames[0])[0]
    measures = np.empty((len(frames), 4))
    for i, frame in enumerate(frames):
        face = mesh.track(frame, face)
        measures[i] = measure(face.points)
    gap, width, eyes, turn = measures.T
    open_enough = gap > np.percentile(gap, 60)
    picks = {
        "first": 0,
        "closed": int(gap.argmin()),
        "widest open": int(gap.argmax()),
        "rounded": int(np.where(open_enough, width, np.inf).argmin()),
        "spread": int(np.where(open_enough, width, -np.inf).argmax()),
        "half open": int(np.abs(gap - np.median(gap)).argmin()),
        "blink": int(eyes.argmin()),
        "turned": int(np.abs(turn - np.median(turn)).argmax()),
    }
    tiles = [tile(frames[i], f"{name} ({i})") for name, i in picks.items()]
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    cv2.imwrite(str(sheet), np.vstack(rows))


def measure(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Lip gap, mouth width, eye opening and turn of the head, each as a ratio."""

    def apart(a: int, b: int) -> float:
        return float(np.linalg.norm(points[a, :2] - points[b, :2]))

    unit = apart(33, 263)
    eyes = (apart(159, 145) + apart(386, 374)) / unit
    return apart(13, 14) / unit, apart(61, 291) / unit, eyes, apart(1, 234) / apart(1, 454)


def tile(frame: NDArray[np.uint8], caption: str) -> NDArray[np.uint8]:
    """The frame at its size on the sheet, with a caption."""
    small = cv2.resize(frame, (TILE, TILE), interpolation=cv2.INTER_AREA)
    cv2.putText(small, caption, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 3, cv2.LINE_AA)
    white = (255, 255, 255)
    cv2.putText(small, caption, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, white, 1, cv2.LINE_AA)
    return small


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
