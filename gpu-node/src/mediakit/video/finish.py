"""The pictures of a finished film, one by one: cards around it, captions and the mark over it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mediakit.captions import Cue
from mediakit.portrait.speaking_faces import speaking_faces
from mediakit.video.caption_place import CaptionPlace
from mediakit.video.cards import card
from mediakit.video.layout import Layout
from mediakit.video.lettering import caption, largest, mark, room_of, words_of
from mediakit.video.planes import Overlay, Planes, to_picture


@dataclass(frozen=True)
class Finish:
    """What is added to the pictures of a film; lengths in frames."""

    layout: Layout
    models: Path
    fps: int
    title: str
    before: int
    end_text: str
    after: int
    cues: list[Cue]
    """Captions to be written into the picture, by time from the start of the film."""
    marked: bool

    def pictures(self, film: Iterable[Planes]) -> Iterator[tuple[Planes, Planes]]:
        """Each picture as it shall be, and the same without its caption."""
        last: Planes | None = None
        captions = _Captions(self)
        for number, planes in enumerate(film):
            if number == 0:
                yield from self._opening(planes)
            last = planes
            bare = self._marked(planes)
            words = captions.at((number + 0.5) / self.fps, planes)
            yield (words.over(bare) if words else bare), bare
        if last is not None:
            yield from self._closing(last)

    def _opening(self, film: Planes) -> Iterator[tuple[Planes, Planes]]:
        if not self.before:
            return
        made = card(self.title, film, self.layout, self.models)
        for number in range(self.before):
            shown = made.opening(number / self.fps, self.before / self.fps, film)
            bare = self._marked(shown)
            yield bare, bare

    def _closing(self, film: Planes) -> Iterator[tuple[Planes, Planes]]:
        if not self.after:
            return
        made = card(self.end_text, film, self.layout, self.models)
        for number in range(self.after):
            shown = made.closing((number + 1) / self.fps, self.after / self.fps, film)
            bare = self._marked(shown)
            yield bare, bare

    def _marked(self, planes: Planes) -> Planes:
        return mark(self.layout, self.models).over(planes) if self.marked else planes


class _Captions:
    """The caption of a time; only the one that is shown is kept."""

    def __init__(self, finish: Finish) -> None:
        self._finish = finish
        self._cue: Cue | None = None
        self._overlay: Overlay | None = None
        layout, models = finish.layout, finish.models
        said = [words for words in map(_words, finish.cues) if words]
        rooms = (room_of(words_of(words, layout, models)) for words in said)
        self._place = CaptionPlace(layout, largest(rooms))

    def at(self, time_s: float, planes: Planes) -> Overlay | None:
        """What is shown at that time, over that picture of the film."""
        cues = self._finish.cues
        cue = next((cue for cue in cues if cue.start_s <= time_s < cue.end_s), None)
        if cue is not self._cue:
            self._cue = cue
            words = _words(cue) if cue else ""
            self._overlay = self._drawn(words, planes) if words else None
        return self._overlay

    def _drawn(self, words: str, planes: Planes) -> Overlay | None:
        layout, models = self._finish.layout, self._finish.models
        place = self._place.over(speaking_faces(to_picture(planes), models))
        return caption(words, layout, models, place)


def _words(cue: Cue) -> str:
    return " ".join(cue.lines).strip()
