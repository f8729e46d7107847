"""A box on which only the executor's own packages are installed."""

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from executor.driver import Driver, make_node
from executor.process import EXTENSION, run_gpu_node
from redis.asyncio import Redis
from services import Valkey
from ulid import ULID

ROOT = Path(__file__).parents[2]


def names_in(lock: str) -> set[str]:
    """Names of the packages of a lock file."""
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), re.M))


def tops(distribution: Distribution) -> set[str]:
    """What a package has placed in site-packages."""
    parts = {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}
    return {part for part in parts if part != "__pycache__"}


def small_python(folder: Path) -> str:
    """The interpreter of an environment that holds what requirements.lock lists, linked from ours,
    and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    wanted = names_in("requirements.lock")
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        if name in wanted:
            for top in tops(distribution):
                # Packages that share a namespace have the same folder.
                if not (site / top).exists():
                    (site / top).symlink_to(Path(str(distribution.locate_file(top))))
    (site / "gpu_node.pth").write_text(f"{ROOT / 'src'}\n")
    return str(folder / "bin" / "python")


def test_the_locks_part_what_the_executor_needs_from_what_media_need() -> None:
    base, media = names_in("requirements.lock"), names_in("requirements-media.lock")
    assert {"numpy", "onnxruntime", "opencv-python-headless", "av", "scipy", "pillow"} <= media
    assert not base & media


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The small environment's interpreter, which has none of the others."""
    made = small_python(tmp_path_factory.mktemp("small") / "venv")
    look = "from importlib.util import find_spec as find; print([*map(find, ('numpy', 'av'))])"
    said = subprocess.run([made, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[None, None]"
    return made


async def test_it_starts_says_what_it_lacks_and_does_the_rest(
    valkey: Valkey, redis: Redis, python: str, tmp_path: Path
) -> None:
    prefix = f"t{ULID()}"
    settings = {"key_prefix": prefix, "extensions": EXTENSION}
    async with run_gpu_node(valkey.url, tmp_path, python=python, engines=True, **settings) as node:
        driver = await Driver(redis, prefix).skip_past()
        text = await redis.hget(driver.keys.pool_executors("s0", "default"), node.executor_id)
        rows = {row["type"]: row for row in json.loads(text)["node_types"]}
        for name in ("synthesize_speech", "animate_portrait", "upscale_video"):
            engines = rows[name]["engines"]
            assert engines and not any(engine["available"] for engine in engines), name
            assert all("is not installed" in engine["reason"] for engine in engines), name
        assert all(engine["available"] for engine in rows["test_async"]["engines"])
        ending = await driver.ending(await driver.issue(make_node("n", params={"text": "here"})))
        assert ending["results"][0]["outputs"] == {"text": "here"}
        digest = rows["synthesize_speech"]["schema_digest"]
        inputs = {"text": "Hello."}
        speech = make_node("s", "synthesize_speech", schema_digest=digest, inputs=inputs)
        assert (await driver.ending(await driver.issue(speech)))["outcome"] == "mismatch"
