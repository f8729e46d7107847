# ruff: noqa: RUF001
"""What is no English text is refused by name; what only looks odd is read as a person would."""

import pytest

from gpu_node.errors import BadText
from gpu_node.handlers.media_problems import given
from mediakit.speech.phonemes import phonemizer
from mediakit.speech.text import MAX_CHARACTERS, MAX_LINES, speakable


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text-empty"),
        (" \n\t ", "text-empty"),
        ("\n" * 5_000, "text-empty"),
        ("... !!! ???", "text-empty"),
        ("\U0001f600\U0001f389\U0001f469\u200d\U0001f467", "text-empty"),
        ("\u200f\u202e\u2066", "text-empty"),
        ("\x00\x07\x1b", "text-empty"),
        ("\ud800", "text-empty"),
        ("<b></b>", "text-empty"),
        ("<script>alert('hello there')</script>", "text-empty"),
        ('<speak><break time="1s"/></speak>', "text-empty"),
        ("a" * (MAX_CHARACTERS + 1), "text-too-long"),
        ("word " * 20_000, "text-too-long"),
        ("a\n" * (MAX_LINES + 1), "text-too-long"),
        ("Привет, как дела?", "language-unsupported"),
        ("你好，世界", "language-unsupported"),
        ("مرحبا بالعالم", "language-unsupported"),
        ("Hello мир and welcome to this place.", "language-unsupported"),
        ("Der Fuchs springt über den faulen Hund und ist nicht müde.", "language-unsupported"),
        ("Bonjour, je suis très content de vous voir dans cette ville.", "language-unsupported"),
        ("El perro de mi casa es muy grande y no come.", "language-unsupported"),
        ("Tôi là một sinh viên và tôi thích học tiếng Anh.", "language-unsupported"),
    ],
)
def test_what_cannot_be_spoken_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadText) as caught, given("/inputs/text"):
        speakable(text)
    assert caught.value.code == code
    assert caught.value.extensions["pointer"] == "/inputs/text"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("<b>Hi</b> [there](http://x.y)\x00\x07, *you*", "Hi there, you"),
        ("Hel\x00lo\x07 wor\x1bld", "Hello world"),
        ("\u202eHello\u202c \u200fthere\u200e", "Hello there"),
        ("Hi \ud800 you", "Hi you"),
        ("Ｈｅｌｌｏ　ｗｏｒｌｄ １２", "Hello world 12"),
        ("𝐇𝐞𝐥𝐥𝐨 𝟏𝟐", "Hello 12"),
        ("H̷̢̛e̴l̶l̷o̵ there", "Hello there"),
        ("I have ١٢ apples", "I have 12 apples"),
        ("Fish &amp; chips", "Fish & chips"),
        ("# Title\n\n- one\n- **two**\n\n> three", "Title\n\none\n two \n\nthree"),
        ("```python\nx\n```\nafter", "x\n \nafter"),
        ("if a < b and c > d", "if a is less than b and c is greater than d"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ('<speak>Say <emphasis level="strong">it</emphasis>.</speak>', "Say it ."),
    ],
)
def test_markup_and_ornament_are_not_read(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@pytest.mark.parametrize(
    "text",
    [
        'The German saying "Das ist nicht die Frage und der Grund" is well known to us.',
        "Die hard is the best movie.",
        "Que sera, sera.",
        "Dvořák met Chopin.",
        "The number π is about 3.14.",
        "12345",
        "Oh no!",
        "Café crème, naïve façade, El Niño.",
    ],
)
def test_english_with_foreign_words_is_spoken(text: str) -> None:
    assert phonemizer(british=False).pieces(speakable(text), 300)


@pytest.mark.parametrize(
    "text", ["a" * 4_900, "x".join(["ab"] * 1_500), "7" * 4_900, "Wow! " * 900, "a, " * 1_600]
)
def test_monsters_are_cut_into_breaths(text: str) -> None:
    pieces = phonemizer(british=False).pieces(speakable(text), 180)
    assert pieces
    assert all(len(piece.spoken) <= 180 for piece in pieces)
