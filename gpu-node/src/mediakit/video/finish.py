"""The pictures of a finished film, one by one: cards around it, captions and the mark over it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mediakit.captions import Cue
from mediakit.video.cards import card
from mediakit.video.layout import Layout
from mediakit.video.lettering import caption, mark
from mediakit.video.planes import Overlay, Planes


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
            words = captions.at((number + 0.5) / self.fps)
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

    def at(self, time_s: float) -> Overlay | None:
        """What is shown at that time."""
        cues = self._finish.cues
        cue = next((cue for cue in cues if cue.start_s <= time_s < cue.end_s), None)
        if cue is not self._cue:
            self._cue = cue
            words = " ".join(cue.lines) if cue else ""
            shown = words.strip() != ""
            layout, models = self._finish.layout, self._finish.models
            self._overlay = caption(words, layout, models) if shown else None
        return self._overlay
