"""A small picture of what was found in a photo: every face in a box with its number."""

import cv2
import numpy as np

from mediakit.arrays import Picture
from mediakit.portrait import topology as t
from mediakit.portrait.face_mesh import Face

_SIDE = 320
_BOX, _INK = (60, 200, 255), (20, 20, 20)


def sighting(picture: Picture, faces: list[Face]) -> bytes:
    """JPEG of the photo with its faces, numbered from the left; at most some 30 kB."""
    scale = _SIDE / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    from_left = sorted(faces, key=lambda face: face.points[t.NOSE_TIP, 0])
    for number, face in enumerate(from_left, 1):
        flat = face.points[:, :2] * scale
        low, high = (np.round(f(axis=0)).astype(int).tolist() for f in (flat.min, flat.max))
        cv2.rectangle(small, low, high, _BOX, 2, cv2.LINE_AA)
        for i in (t.MOUTH_LEFT, t.MOUTH_RIGHT, 33, 133, 362, 263, t.NOSE_TIP):
            cv2.circle(small, np.round(flat[i]).astype(int).tolist(), 2, _BOX, -1, cv2.LINE_AA)
        place = (low[0] + 3, low[1] + 16)
        for colour, thick in ((_INK, 3), (_BOX, 1)):
            cv2.putText(
                small, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, thick, cv2.LINE_AA
            )
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()
