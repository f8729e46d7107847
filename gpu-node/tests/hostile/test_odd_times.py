"""A small file costs little, whatever its times say: memory is capped, work ends, and what is
refused is refused in words."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hostile.odd_times import odd_films

TESTS = Path(__file__).parents[1]
MODELS = Path(__file__).parents[3] / ".data" / "models"
MEMORY_MB = 900
"""Of data; a process that has only imported what is needed has about half of it."""
CPU_S = 60
GROWTH_MB = 250

_SCRIPT = """
import json, resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from hostile.work import WORKS
from gpu_node.children.limits import Limits
from gpu_node.errors import GpuNodeError
WORKS["warm"](Path(sys.argv[4]))
limits = Limits("off", False, int(sys.argv[5]), int(sys.argv[6]), 64, 256)
limits.hold()
limits.begin_call()
UNIT = 1 << (20 if sys.platform == "darwin" else 10)
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // UNIT
for name, path in json.loads(sys.argv[3]).items():
    before = peak()
    try:
        WORKS[sys.argv[2]](Path(path))
        said = "made"
    except GpuNodeError as error:
        said = f"{error.code}: {error.detail}"
    print(json.dumps([name, said, peak() - before]), flush=True)
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("odd")
    return {name: str(path) for name, path in odd_films(folder).items()}


@pytest.mark.parametrize("work", ["read", "finish", "pass"])
def test_odd_times_cost_little(films: dict[str, str], work: str) -> None:
    warm = films["sound-half-an-hour-late"]
    arguments = [str(TESTS), work, json.dumps(films), warm, str(MEMORY_MB), str(CPU_S)]
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-3000:])
    rows = {name: (said, grown) for name, said, grown in map(json.loads, done.stdout.splitlines())}
    assert set(rows) == set(films)
    for name, (said, grown) in rows.items():
        assert said == "made" or said.startswith("invalid-video: "), name
        assert grown < GROWTH_MB, (name, said, grown)
    assert rows["later-sound"][0] != "made" or work != "read"
    assert rows["sound-half-an-hour-late"][0] == "made"
