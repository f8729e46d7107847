"""Other languages in Latin letters are refused, English of all kinds is not."""

from collections import defaultdict
from pathlib import Path

import pytest

from gpu_node.errors import BadText
from gpu_node.handlers.media_problems import given
from mediakit.speech.language import foreign_language
from mediakit.speech.text import speakable

ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("languages.tsv").read_text(encoding="utf-8").splitlines()
]
"""A language, and a text of it: short ones, too."""
MOST_MISSED, MOST_REFUSED = 0.04, 0.02


def test_hardly_any_foreign_text_passes() -> None:
    passed = defaultdict(list)
    for language, text in ROWS:
        if language != "English" and foreign_language(text) is None:
            passed[language].append(text)
    count = sum(language != "English" for language, _ in ROWS)
    assert len({language for language, _ in ROWS}) > 12
    assert sum(map(len, passed.values())) <= MOST_MISSED * count, dict(passed)
    assert all(len(texts) <= 2 for texts in passed.values()), dict(passed)


def test_hardly_any_english_is_refused() -> None:
    english = [text for language, text in ROWS if language == "English"]
    refused = {text: found for text in english if (found := foreign_language(text))}
    assert len(refused) <= MOST_REFUSED * len(english), refused


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Guten Tag. Wie geht es Ihnen heute?", "German"),
        ("Guten Tag.", "German"),
        ("Hola, ¿cómo estás?", "Spanish"),
        ("Dziękuję bardzo za pomoc.", "Polish"),
        ("Hyvää huomenta.", "Finnish"),
        ("Asante sana kwa msaada wako.", "Swahili"),
        ("Dove si trova la stazione?", "Italian"),
        ("Merci beaucoup pour votre aide.", "French"),
        ("Goedemorgen allemaal.", "Dutch"),
        ("Terima kasih banyak atas bantuan Anda.", "Indonesian"),
    ],
)
def test_a_refusal_names_the_language(text: str, language: str) -> None:
    with pytest.raises(BadText) as caught, given("/inputs/text"):
        speakable(text)
    assert caught.value.code == "language-unsupported"
    assert language in caught.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "Hi.",
        "OK",
        "Bon voyage, my friend!",
        "Juan Carlos",
        "We ate sushi, tacos and croissants in Paris.",
        'He said "Guten Tag" and left.',
        "for i in range(10): print(i)",
        "HTTP 404 not found",
        "Ha ha ha.",
    ],
)
def test_english_with_foreign_words_names_and_code_passes(text: str) -> None:
    assert speakable(text)


def test_a_foreign_sentence_in_an_english_text_is_no_foreign_text() -> None:
    assert speakable("My teacher always says: nihil sine labore. I never knew what it meant.")
