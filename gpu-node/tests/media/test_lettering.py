"""Words in pictures: the right font, the right order, never boxes, always inside."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from mediakit.video import cards, fonts, lettering
from mediakit.video.fonts import NoLetters, Weight, font_for
from mediakit.video.layout import Layout
from mediakit.video.planes import to_picture, to_planes
from mediakit.video.typeset import Box, set_text

ROOMY = Box(2000, 40, 40, 1)
SHAPES = [(256, 256), (512, 512), (1080, 1080), (910, 512), (512, 910), (1920, 1080)]


def drawn(text: str, models: Path) -> np.ndarray:
    """What is white of one line."""
    return set_text(text, Weight.BOLD, ROOMY, models).drawn((80, 1000), 500, 10)


def columns(image: np.ndarray) -> np.ndarray:
    return np.flatnonzero(image.max(axis=0) > 0.5)


def test_one_font_writes_a_whole_text(models_dir: Path) -> None:
    assert font_for("Ships float", Weight.BOLD, models_dir).name.startswith("Inter")
    assert font_for(
        "\u041a\u043e\u0440\u0430\u0431\u043b\u044c", Weight.BOLD, models_dir
    ).name.startswith("Inter")
    assert font_for("Hi \u05e9\u05dc\u05d5\u05dd", Weight.BOLD, models_dir).name.startswith(
        "DejaVu"
    )


@pytest.mark.parametrize("text", ["\U0001f35e", "\u4f60\u597d", "\u0928", "ok \ufdd0"])
def test_letters_that_no_font_has_are_refused(models_dir: Path, text: str) -> None:
    with pytest.raises(NoLetters, match="U\\+"):
        font_for(text, Weight.BOLD, models_dir)


def test_the_refusal_is_about_letters_that_would_be_boxes(models_dir: Path) -> None:
    """The control: drawn all the same, such a letter is the font's box."""
    path = models_dir / fonts.FOLDER / Weight.BOLD.value[0]
    font = fonts.load(path, 40)
    box, letter = (bytes(font.getmask(sign)) for sign in ("\ufdd0", "\u4f60"))
    assert box == letter != bytes(font.getmask("A"))


def test_hebrew_runs_from_right_to_left(models_dir: Path) -> None:
    def share_of_ink_on_the_right(text: str) -> float:
        image = drawn(text, models_dir)
        first, *_, last = columns(image)
        halves = np.array_split(image[:, first : last + 1], 2, axis=1)
        return float(halves[1].sum() / image.sum())

    # Shin is large, yod is small: what is written first stands on the right.
    assert share_of_ink_on_the_right("\u05e9" * 3 + "\u05d9" * 3) > 0.53
    assert share_of_ink_on_the_right("\u05d9" * 3 + "\u05e9" * 3) < 0.47
    assert share_of_ink_on_the_right("MMMiii") < 0.48


def test_arabic_letters_are_joined(models_dir: Path) -> None:
    joined = drawn("\u0628\u0628\u0628", models_dir)
    apart = drawn("\u0628\u200c\u0628\u200c\u0628", models_dir)
    assert len(columns(joined)) < 0.8 * len(columns(apart))


def test_marks_stand_over_their_letter(models_dir: Path) -> None:
    whole = drawn("e\u0301a\u0323x\u0304", models_dir)
    plain = drawn("eax", models_dir)
    assert abs(len(columns(whole)) - len(columns(plain))) <= 3
    same = drawn(unicodedata.normalize("NFC", "e\u0301"), models_dir)
    assert np.array_equal(same, drawn("e\u0301", models_dir))


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_words_stay_inside_safe_margins(models_dir: Path, height: int, width: int) -> None:
    layout = Layout(height, width)
    grey = to_planes(np.full((height, width, 3), 128, np.uint8))
    words = "Ships float because they push aside water that weighs as much as they do."
    caption = lettering.caption(words, layout, models_dir)
    assert caption is not None
    card = cards.card(words, grey, layout, models_dir)
    for shown, floor in (
        (caption.over(grey), layout.caption_bottom + 3),
        (card.words.over(grey), height),
    ):
        changed = np.abs(to_picture(shown).astype(int) - to_picture(grey)).max(axis=2) > 12
        rows, across = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        assert 0.04 * width <= across[0] and across[-1] <= 0.96 * width
        assert rows[0] > 0.1 * height and rows[-1] <= floor
    if height > width:
        assert layout.caption_bottom <= 0.8 * height


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_the_mark_can_be_read_on_any_picture(
    models_dir: Path, height: int, width: int, brightness: int
) -> None:
    layout = Layout(height, width)
    plain = np.full((height, width, 3), brightness, np.uint8)
    overlay = lettering.mark(layout, models_dir)
    shown = to_picture(overlay.over(to_planes(plain))).astype(int).mean(axis=2)
    rows, across = overlay.parts[0][1].shape
    corner = shown[overlay.top : overlay.top + rows, overlay.left : overlay.left + across]
    # White letters against their plate, and neither large nor tiny.
    assert np.percentile(corner, 99) - np.percentile(corner, 25) > 70
    assert 14 <= rows <= 0.05 * layout.side + 10 and across < 0.28 * layout.side + 36
