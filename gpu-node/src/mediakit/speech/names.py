# ruff: noqa: RUF001
"""Names that spelling rules get wrong, with their phonemes."""

import re

_NAMES = {
    "Anaïs": "ɑnɑˈis", "Aoife": "ˈifə", "Caoimhe": "kˈivə", "cetera": "sˈɛTəɹə",
    "Chloe": "klˈOi", "Chloé": "klOˈA", "Chopin": "ʃˈOpæn", "Dvořák": "dvˈɔɹʒæk",
    "Dvorak": "dvˈɔɹʒæk", "Euler": "ˈYləɹ",
    "Goethe": "ɡˈɜɹtə", "Hermione": "həɹmˈIəni", "Huawei": "wˈɑwA", "Joaquin": "wɑkˈin",
    "Joaquín": "wɑkˈin", "Jorge": "hˈɔɹhA", "José": "hOzˈA", "JSON": "ʤˈAsən",
    "Kubernetes": "kˌubəɹnˈɛTiz", "nginx": "ˈɛnʤən ˈɛks", "Nguyen": "wˈɪn", "Niamh": "nˈiv",
    "Saoirse": "sˈɜɹʃə", "Sean": "ʃˈɔn", "Seán": "ʃˈɔn", "Siobhan": "ʃəvˈɔn", "Siobhán": "ʃəvˈɔn",
    "Søren": "sˈɜɹən", "Tchaikovsky": "ʧIkˈɔfski", "WiFi": "wˈIfˌI", "Xi": "ʃˈi",
    "Xiaomi": "ʃˈWmi", "Xu": "ʃˈu", "Yosemite": "jOsˈɛmɪTi", "Zoe": "zˈOi", "Zoë": "zˈOi",
}  # fmt: skip
_ANY = re.compile(r"(?<![\w'’])(" + "|".join(map(re.escape, _NAMES)) + r")(?!\w)")


def with_names(text: str) -> str:
    """The text with known names marked as `[name](/phonemes/)`, which the phonemizer reads."""
    return _ANY.sub(lambda match: f"[{match[0]}](/{_NAMES[match[0]]}/)", text)
