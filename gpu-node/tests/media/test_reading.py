# ruff: noqa: RUF001
"""Texts are split and read as a person would."""

import pytest

from mediakit.speech.phonemes import CLAUSE_PAUSE_S, phonemizer
from mediakit.speech.sentences import PARAGRAPH_PAUSE_S, halves, sentences
from mediakit.speech.speech import Word
from mediakit.speech.word_times import written_words


def read(text: str) -> str:
    return " | ".join(piece.spoken for piece in phonemizer(british=False).pieces(text, 300))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Smith met J. K. Rowling. They talked.", 2),
        ("See Fig. 3, No. 5, and p. 12 of vol. 2.", 1),
        ("It was Jan. 5. We left at 5 p.m. The rest stayed.", 3),
        ("The U.S. Army met in D.C. The rest is history.", 2),
        ("I take vitamin C. It helps.", 2),
        ('"Stop!" he said. "Why?" She left.', 3),
        ("e.g. apples, i.e. fruit, vs. pears", 1),
        ("One\nTwo\n\n- - -\nThree", 3),
        ("Version 2.0 costs $9.99. Buy it.", 2),
        ("He is a.k.a. Joe. Bell Inc. Europe is big. It was Bell Inc. They left.", 4),
    ],
)
def test_full_stops_that_end_nothing_do_not_cut(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_paragraph_ends_with_a_longer_pause() -> None:
    pauses = [sentence.pause_s for sentence in sentences("One. Two.\nThree.")]
    assert pauses[0] < pauses[1] == pauses[2] == PARAGRAPH_PAUSE_S


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("It costs $9.99.", "It costs nine dollars and ninety nine cents."),
        ("On 2024-03-03 at 7:30 we left.", "On March third, 2024 at seven thirty we left."),
        ("Born in 1999.", "Born in nineteen ninety nine."),
        ("No. 5 is on p. 12.", "Number five is on page twelve."),
        ("Use e.g. apples.", "Use for example apples."),
        ("We work 24/7.", "We work twenty-four seven."),
        ("Drive at 60 km/h now.", "Drive at 60 kilometers per hour now."),
        ("It is 20 m/s fast.", "It is 20 meters per second fast."),
        ("Add 3/4.", "Add three quarters ."),
        ("Henry VIII had 1/2.", "Henry the eighth had one half ."),
        ("Go to www.example.com now.", "Go to example dot com now."),
        ("Mail me@example.org please.", "Mail me at example dot org please."),
        ("Hello :-) there!!!", "Hello there!"),
        ("I write C# and C++.", "I write C sharp and C plus plus."),
        ("5 × 4 ≤ 20", "five times four at most twenty"),
        (
            "It costs $2bn, £1.01, 10K, €5 and $0.99.",
            "It costs two billion dollars, one pound and one penny, ten thousand, "
            "five euros and ninety nine cents.",
        ),
        ("$1,000; 1 kg", "one thousand dollars; one kilogram"),
        ("It is 3 m wide and uses 60 W.", "It is three meters wide and uses sixty watts."),
        ("It is 6'2\" tall.", "It is six feet two tall."),
        (
            "Call +1 (555) 123-4567 now.",
            "Call plus one, five five five, one two three, four five six seven now.",
        ),
        ("Read pages 10-15.", "Read pages ten to fifteen."),
        ("The ratio is 16:9.", "The ratio is sixteen to nine."),
        ("It is 5x faster.", "It is five times faster."),
        ("Open 9am–5pm, Mon–Fri.", "Open nine A.M. to five P.M., Monday to Friday."),
        ("See docs.python.org/3/.", "See docs dot python dot org slash three."),
        (
            "$5-10 or US$20 or 5 € or 20 USD",
            "five to ten dollars or twenty dollars or five euros or twenty dollars",
        ),
        ("Add 1 1/2 cups in 2h 30m.", "Add one and one half cups in two hours thirty minutes."),
        (
            "It is 20 km² and 6 ft. tall in 4K.",
            "It is twenty square kilometers and six feet tall in four K.",
        ),
        (
            "Agent 007 has 50/50 odds and 3M users.",
            "Agent zero zero seven has fifty fifty odds and three million users.",
        ),
        ("Add .5 liters.", "Add 0.5 liters."),
        ("The angle α grows.", "The angle alpha grows."),
    ],
)
def test_signs_and_short_forms_become_words(written: str, spoken: str) -> None:
    assert read(written).replace(" ", "") == read(spoken).replace(" ", "")


def test_names_have_their_own_sound() -> None:
    assert read("Siobhan met Sean Nguyen.") == "ʃəvˈɔn mˈɛt ʃˈɔn wˈɪn."


def test_a_british_voice_reads_as_british() -> None:
    (piece,) = phonemizer(british=True).pieces("The bath.", 300)
    assert piece.spoken != read("The bath.")


@pytest.mark.parametrize("text", ["a" * 3000, "word " * 600, "x" * 200 + ", " + "y" * 200])
def test_what_is_too_long_for_one_breath_is_cut(text: str) -> None:
    pieces = phonemizer(british=False).pieces(text, 100)
    assert pieces
    assert all(len(piece.spoken) <= 100 for piece in pieces)
    assert "".join(piece.text for piece in pieces).replace(" ", "") == text.replace(" ", "")
    assert all(piece.pause_s == CLAUSE_PAUSE_S for piece in pieces[:-1])


def test_halves_prefer_a_comma_to_a_space() -> None:
    assert halves("one two three four, five six seven") == (
        "one two three four,",
        "five six seven",
    )
    assert halves("aaaa bbbb") == ("aaaa", "bbbb")
    assert halves("aaab") == ("aa", "ab")


def test_words_read_as_written_get_exact_times_and_others_share() -> None:
    said = [
        Word(text, i, i + 0.9) for i, text in enumerate("it weighs five kilograms today".split())
    ]
    words = written_words("It weighs 5 kg today!", said)
    assert [word.text for word in words] == ["It", "weighs", "5", "kg", "today!"]
    assert words[1] == Word("weighs", 1, 1.9)
    assert words[4] == Word("today!", 4, 4.9)
    assert words[2].start_s == 2
    assert words[2].end_s == words[3].start_s
    assert words[3].end_s == pytest.approx(3.9)


def test_unspoken_words_are_not_lost() -> None:
    words = written_words("Well - yes", [Word("Well", 0, 1), Word("yes", 1.2, 2)])
    assert [word.text for word in words] == ["Well", "-", "yes"]
    assert words[1].start_s == words[1].end_s == 1
