"""Writes a short sample of each voice that is here, and a page to hear them one after the other."""

import argparse
import html
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from gpu_node.engines import table
from gpu_node.errors import GpuNodeError
from mediakit.sound.loudness import RATE, normalized
from mediakit.sound.wav import write_wav
from mediakit.speech.join import joined, trimmed
from mediakit.speech.speech import SpeechEngine
from mediakit.speech.text import speakable

_TEXT = "Hello, this is how I sound. On May 5, at 7:30, I will read your words aloud."
_ACCENTS = {"en-US": "American", "en-GB": "British"}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Voices</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 46rem }}
  table {{ border-collapse: collapse; width: 100% }}
  td, th {{ border-bottom: 1px solid #8884; padding: .4rem .6rem; text-align: left }}
  audio {{ height: 2.2rem; width: 100% }}
  code {{ font-size: 1rem }}
</style>
<h1>Voices</h1>
<p>Each says: “{text}” A run takes one of them by <code>"voice": {{"name": "…"}}</code>,
the demo by <code>npm run demo -- --voice …</code>. All of it is generated speech.</p>
<table>
<tr><th>Name<th>Engine<th>Accent<th>Sex<th>Sample
{rows}
</table>
</html>
"""
_ROW = (
    "<tr><td><code>{name}</code><td>{engine}<td>{accent}<td>{sex}"
    '<td><audio controls preload="none" src="{file}"></audio>'
)


@dataclass(frozen=True)
class Sample:
    """A voice and where its sound lies."""

    engine: str
    name: str
    language: str
    sex: str

    @property
    def file(self) -> str:
        return f"{self.engine}-{self.name}.wav"


def main() -> None:
    """One WAV file per voice, named after engine and voice, and index.html."""
    options = _options()
    wanted = [s for s in _voices(options.models) if not options.only or s.name in options.only]
    if not wanted:
        sys.exit("No such voice is here.")
    try:
        text = speakable(options.text)
    except GpuNodeError as error:
        sys.exit(error.detail)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.exit(f"--out {options.out} cannot be written: {error.strerror}.")
    for number, sample in enumerate(wanted, 1):
        began = time.perf_counter()
        duration_s = _write(sample, text, options)
        place, took_s = f"[{number:2}/{len(wanted)}]", time.perf_counter() - began
        print(
            f"{place} {sample.engine:7} {sample.name:12} {duration_s:4.1f} s, took {took_s:.1f} s"
        )
    rows = "\n".join(
        _ROW.format(**vars(s), file=s.file, accent=_ACCENTS[s.language]) for s in wanted
    )
    page = options.out / "index.html"
    page.write_text(_PAGE.format(text=html.escape(text), rows=rows), encoding="utf-8")
    print(f"\nHear them: {page}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="npm run voices --", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="default: .data/voices")
    parser.add_argument("--text", default=_TEXT, help="what they say instead")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="some voices, by name")
    parser.add_argument("--models", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def _voices(models_dir: Path) -> list[Sample]:
    here = [table.describe(name, models_dir) for name in ("kokoro", "hibari", "flite")]
    return [
        Sample(engine.name, voice["name"], voice["language"], voice["sex"])
        for engine in here
        if engine.available
        for voice in engine.voices or []
    ]


def _write(sample: Sample, text: str, options: argparse.Namespace) -> float:
    engine: SpeechEngine = table.load(sample.engine, options.models, sample.name)
    said = (trimmed(engine.say(p, speed=1.0, seed=0)) for p in engine.pieces(text))
    speech = joined(said, RATE)
    write_wav(options.out / sample.file, normalized(speech.samples), RATE)
    return speech.duration_s


if __name__ == "__main__":
    main()
