"""Sentences for a recognizer that knows nothing of them, and whether there is one."""

import pytest

from mediakit.speech.recognition import why_not

SENTENCES = (
    "The children played in the garden after school.",
    "She opened the window and looked at the sea.",
    "We need three more chairs for the table.",
    "He told me that the train was late again.",
    "The water in the river is very cold today.",
    "My brother works in a small hospital.",
    "They have lived in this city for ten years.",
    "Please put the book back on the shelf.",
    "The doctor said that I should drink more water.",
    "It will probably rain in the afternoon.",
    "I bought some bread and a bottle of milk.",
    "The old man walked slowly down the street.",
    "Nobody knows what happened to the money.",
    "The teacher wrote a long letter to the parents.",
    "You can see the mountains from our house.",
    "He has been waiting for more than an hour.",
    "The company will open a new office next year.",
    "Her daughter wants to study music in London.",
    "We watched the news on television last night.",
    "The answer to this question is not easy.",
)

needs_recognizer = pytest.mark.skipif(
    why_not() is not None, reason="pocketsphinx has no wheel for this machine"
)
