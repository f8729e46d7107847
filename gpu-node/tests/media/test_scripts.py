"""What the scripts of the command line are given wrongly is said in a sentence."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"


def last_words(script: str, *arguments: str) -> str:
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr.strip()


def test_a_sheet_of_what_is_no_film(tmp_path: Path, models_dir: Path) -> None:
    film = tmp_path / "notes.mp4"
    film.write_text("no film")
    said = last_words("contact_sheet.py", str(film), str(tmp_path / "a.png"), str(models_dir))
    assert said.startswith(f"{film} cannot be read as a film: ")
    assert "\n" not in said


def test_samples_in_what_is_no_folder(tmp_path: Path, models_dir: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "voices"
    said = last_words("voice_samples.py", "--models", str(models_dir), "--out", str(out))
    assert said == f"--out {out} cannot be written: Not a directory."
