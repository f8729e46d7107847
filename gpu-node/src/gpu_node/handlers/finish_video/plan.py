"""Reads what `finish_video` is given: the film as it will be, if its words can be written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpu_node.contracts.models import FinishVideoInputs, FinishVideoParams
from gpu_node.errors import BadMedia, BadText
from gpu_node.handlers.choices import chosen, one_of
from mediakit.arrays import Samples
from mediakit.captions import Cue, from_webvtt
from mediakit.music.bed import music
from mediakit.music.mix import under_speech, with_headroom
from mediakit.music.moods import MOODS
from mediakit.video import cards, lettering
from mediakit.video.decode import length_s, sound_of
from mediakit.video.encode import AUDIO_RATE
from mediakit.video.fonts import NoLetters, Weight, font_for
from mediakit.video.layout import Layout
from mediakit.video.probe import probe_film
from mediakit.video.typeset import TooMuchText, plain

VIDEO = "/inputs/video"
_NO_MUSIC = "none"


@dataclass(frozen=True)
class Plan:
    """The finished film; lengths in frames."""

    layout: Layout
    fps: int
    frames: int
    """Of the given film."""
    before: int
    after: int
    title: str
    end_text: str
    cues: list[Cue]
    """From the start of the given film; empty without captions."""
    burns: bool
    mood: str | None
    seed: int
    webm: bool

    @property
    def total(self) -> int:
        """Frames of the finished film."""
        return self.before + self.frames + self.after


def read_plan(
    params: FinishVideoParams,
    inputs: FinishVideoInputs,
    film: Path,
    *,
    captions: Path | None,
    models: Path,
) -> Plan:
    """film, captions: local files. Raises what is wrong with words and wishes,
    with their pointers; for what is wrong with the film, `MediaError`."""
    facts = probe_film(film)
    layout = Layout(facts.height // 2 * 2, facts.width // 2 * 2)
    fps = facts.whole_fps
    title, end_text = card_texts(params, inputs)
    burns = chosen(inputs.burn_captions, params.burn_captions)
    cues = _cues(captions) if captions else []
    mood = chosen_mood(inputs)
    for pointer, text in (("/inputs/title", title), ("/inputs/end_text", end_text)):
        if text:
            _check(text, pointer, lambda words: cards.words_of(words, layout, models))
    if burns:
        for cue in cues:
            words = " ".join(cue.lines)
            _check(
                words, "/inputs/captions", lambda words: lettering.words_of(words, layout, models)
            )
    return Plan(
        layout, fps, max(1, round(length_s(film) * fps)),
        before=round(params.title_s * fps) if title else 0,
        after=round(params.end_s * fps) if end_text else 0,
        title=title, end_text=end_text, cues=cues, burns=burns,
        mood=None if mood == _NO_MUSIC else mood, seed=params.seed,
        webm=chosen(inputs.webm, params.webm),
    )  # fmt: skip


def card_texts(params: FinishVideoParams, inputs: FinishVideoInputs) -> tuple[str, str]:
    """The words of the title and of the end card; empty without one."""
    title = " ".join(chosen(inputs.title, "").split())
    return title, " ".join(chosen(inputs.end_text, params.end_text).split())


def chosen_mood(inputs: FinishVideoInputs) -> str:
    """The music's mood, or none."""
    return one_of(inputs.music, (_NO_MUSIC, *MOODS), _NO_MUSIC, "/inputs/music")


def judge(
    params: FinishVideoParams, inputs: FinishVideoInputs, captions: Path | None, models: Path
) -> None:
    """Refuse what cannot be done with any film: letters that no font has, an unknown mood."""
    chosen_mood(inputs)
    title, end_text = card_texts(params, inputs)
    cues = _cues(captions) if captions else []
    words = {"/inputs/title": title, "/inputs/end_text": end_text}
    for pointer, text in words.items():
        _check(text, pointer, lambda text: font_for(plain(text), Weight.BOLD, models))
    if chosen(inputs.burn_captions, params.burn_captions):
        for cue in cues:
            lines = " ".join(cue.lines)
            _check(
                lines,
                "/inputs/captions",
                lambda text: font_for(plain(text), Weight.SEMIBOLD, models),
            )


def planned_sound(film: Path, plan: Plan) -> Samples:
    """The film's own sound with silence for the cards, cut or padded to the pictures' length, and
    music if it is wanted."""
    per_frame = AUDIO_RATE / plan.fps
    own = sound_of(film, plan.frames / plan.fps + 1)[: int(plan.frames * per_frame)]
    total = int(plan.total * per_frame)
    sound = np.concatenate([np.zeros(int(plan.before * per_frame), np.float32), own])
    sound = np.pad(sound, (0, total - len(sound)))
    if plan.mood:
        sound = under_speech(sound, music(plan.mood, total, plan.seed))
    return with_headroom(sound)


def _cues(path: Path) -> list[Cue]:
    try:
        return from_webvtt(path.read_text(encoding="utf-8"))
    except ValueError as cause:
        detail = f"the captions are no WebVTT: {cause}"
        raise BadMedia("invalid-input", detail, pointer="/inputs/captions") from cause


def _check(text: str, pointer: str, words_of: Callable[[str], object]) -> None:
    """Now, and not when the film is half done: can it be written?"""
    try:
        words_of(text)
    except NoLetters as cause:
        raise BadText("invalid-input", str(cause), pointer=pointer) from cause
    except TooMuchText as cause:
        raise BadText("text-too-long", str(cause), pointer=pointer) from cause
