"""Kokoro's English voices. A name says accent (a = American, b = British) and sex (f, m)."""

from mediakit.speech.speech import Voice

DEFAULT = "af_heart"
"""The voice when none is asked for; the best one by its makers' own grades."""

_NAMES = (
    "af_heart", "af_bella", "af_nicole", "af_alloy", "af_aoede", "af_jessica", "af_kore",
    "af_nova", "af_river", "af_sarah", "af_sky",
    "am_michael", "am_fenrir", "am_puck", "am_adam", "am_echo", "am_eric", "am_liam", "am_onyx",
    "am_santa",
    "bf_emma", "bf_isabella", "bf_alice", "bf_lily",
    "bm_george", "bm_fable", "bm_daniel", "bm_lewis",
)  # fmt: skip


def is_british(name: str) -> bool:
    """Whether a voice was recorded from British English."""
    return name.startswith("b")


VOICES: list[Voice] = [
    {
        "name": name,
        "language": "en-GB" if is_british(name) else "en-US",
        "sex": "female" if name[1] == "f" else "male",
    }
    for name in _NAMES
]
