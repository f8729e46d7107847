"""What stands in comments and scripts is not spoken; what is never closed is text."""

import pytest

from mediakit.speech.text import speakable


@pytest.mark.parametrize(
    ("typed", "spoken"),
    [
        ("Ships <!-- why --> float.", "Ships float."),
        ("Ships <SCRIPT>a</script > float <style>b</style>well.", "Ships float well."),
        ("Ships <!-- <script> --> float <script>x</script> well.", "Ships float well."),
        ("Ships <script>a <!-- b</script> float.", "Ships float."),
        ("Ships <script>float.", "Ships float."),
        ("Ships <!--> sink --> float.", "Ships float."),
    ],
)
def test_comments_and_scripts_are_not_spoken(typed: str, spoken: str) -> None:
    assert speakable(typed) == spoken
