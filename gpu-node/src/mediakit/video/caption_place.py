"""Decides where captions stand: low in the picture, or high where they would cover a face."""

from mediakit.picture.area import Area
from mediakit.video.layout import Layout
from mediakit.video.lettering import PLACES, Place, Room, area


class CaptionPlace:
    """Of one film. They all have the room of its largest caption, so that over the same face they
    stand at the same place, and they stay where they are as long as nothing is covered there.
    """

    def __init__(self, layout: Layout, room: Room) -> None:
        self._areas = {place: area(room, layout, place) for place in PLACES}
        self._last: Place = PLACES[0]

    def over(self, faces: list[Area]) -> Place:
        """Where a caption stands that begins over these."""
        # The first of several that cover as little: sorting keeps their order.
        places = sorted(PLACES, key=lambda place: place != self._last)
        self._last = min(places, key=lambda place: self._covered(place, faces))
        return self._last

    def _covered(self, place: Place, faces: list[Area]) -> float:
        return sum(self._areas[place].shared(face) for face in faces)
