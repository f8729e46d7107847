"""Small pictures that are shown while a film is made."""

import cv2

from gpu_node.engines.arrays import Picture

_SIDE = 256


def small_jpeg(picture: Picture) -> bytes:
    """A JPEG whose longer side has 256 pixels; some 20 kB."""
    scale = _SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
