"""Where in a picture the parts of faces are that are looked at while they speak: eyes and mouth."""

from pathlib import Path

from mediakit.arrays import Picture
from mediakit.picture.area import Area
from mediakit.portrait import face_mesh
from mediakit.portrait import topology as t
from mediakit.portrait.suitability import MIN_SCORE

_LOOKED_AT = (1.0, 0.55)
"""Parts of the picture that are searched: in smaller ones is no face that anybody looks at."""
_FEATURES = [
    *t.ring(t.LIPS_OUTER_UPPER, t.LIPS_OUTER_LOWER),
    *t.ring(t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
    *t.ring(t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
]
_OPENS = 0.5
"""How far down a lower lip goes on its way to where the chin is at rest."""


def speaking_faces(picture: Picture, models: Path) -> list[Area]:
    """Eyes and mouth, with the room to open it, of each face that is seen; none where nothing here
    sees faces."""
    if face_mesh.why_not(models) is not None:
        return []
    faces = face_mesh.load(models).find(picture, parts=_LOOKED_AT)
    return [_looked_at(face) for face in faces if face.score >= MIN_SCORE]


def _looked_at(face: face_mesh.Face) -> Area:
    points = face.points[_FEATURES, :2]
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    chin = max(bottom, float(face.points[t.CHIN, 1]))
    return Area(left, top, right, bottom + _OPENS * (chin - bottom))
