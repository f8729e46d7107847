"""Says which regular expressions of ours are slow on long texts; part of `npm run check`.

usage: python check_patterns.py [FILE ...]     without files: the code that meets texts of others
"""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slow_patterns import reasons

ROOT = Path(__file__).parents[2]
_FLAGS_AT = {
    "compile": 1, "search": 2, "match": 2, "fullmatch": 2,
    "split": 3, "findall": 2, "finditer": 2, "sub": 4, "subn": 4,
}  # fmt: skip
"""Functions of `re`, and where their flags stand."""
ALLOWED = {
    r"/^\s*wait\s*(?:=\s*([^;]*))?(?:;|$)/i": "[^;]* ends where the last part matches",
    r"(?!\.+$)[A-Za-z0-9_.-]{1,200}": "whole segments of keys only, by fullmatch",
    r"""/;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i""": "a quote ends it",
    (
        r"/(\s+(to|for) (me|us|dummies|beginners))?(\s+in (simple|plain|easy) (words|terms))?"
        r"(,?\s+please)?$/iu"
    ): "plainText has made one space of each run of spaces",
}
"""What is slow by our rules and yet is not, with the reason."""


def main(names: list[str]) -> int:
    files = [Path(name).resolve() for name in names] or _ours()
    slow = allowed = total = 0
    for place, shown, found in _judged(files):
        total += 1
        allowed += bool(found) and shown in ALLOWED
        if found and shown not in ALLOWED:
            slow += 1
            print(f"{place}: {shown}: {'; '.join(found)}")
    print(f"{total} patterns, {slow} slow, {allowed} allowed with a reason")
    return 1 if slow else 0


def _judged(files: list[Path]) -> Iterator[tuple[str, str, list[str]]]:
    for file in files:
        if file.suffix == ".py":
            yield from _of_python(file)
    others = [str(file) for file in files if file.suffix != ".py"]
    lister = [ROOT / "scripts" / "list-patterns.mjs", *others]
    listed = subprocess.run(["node", *lister], capture_output=True, check=True, text=True).stdout
    for each in json.loads(listed):
        flags = sum({"i": re.I, "m": re.M, "s": re.S}.get(flag, 0) for flag in each["flags"])
        shown = f"/{each['pattern']}/{each['flags']}"
        yield each["at"], shown, reasons(_as_python(each["pattern"]), flags)


def _of_python(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Patterns as they are when the module is imported: many are put together from parts."""
    text = file.read_text("utf-8")
    if "import re\n" not in text:
        return
    tree = ast.parse(text)
    names = vars(_module(file))
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        function = call.func.attr
        if ast.unparse(call.func.value) != "re" or function not in _FLAGS_AT or not call.args:
            continue
        place = f"{file}:{call.lineno}"
        pattern = _value(call.args[0], names)
        if not isinstance(pattern, str):
            yield (
                place,
                ast.unparse(call.args[0]),
                ["the pattern cannot be told without running it"],
            )
            continue
        given = [word.value for word in call.keywords if word.arg == "flags"]
        flags = sum(
            int(_value(one, names)) for one in [*given, *call.args[_FLAGS_AT[function] :]][:1]
        )
        used = {function} if function != "compile" else _uses(tree, call)
        yield place, pattern, reasons(pattern, flags, anchored=used <= {"match", "fullmatch"})


def _uses(tree: ast.AST, call: ast.Call) -> set[str]:
    """Which methods a compiled pattern is used by; {"search"} if that is not plain."""
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is call:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            name = ast.unparse(target)
            loads = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
            methods = [
                n.attr for n in ast.walk(tree)
                if isinstance(n, ast.Attribute) and ast.unparse(n.value) == name
            ]  # fmt: skip
            return set(methods) if methods and len(methods) == len(loads) - 1 else {"search"}
    return {"search"}


def _value(expression: ast.expr, names: dict[str, Any]) -> Any:
    try:
        return eval(compile(ast.Expression(expression), "", "eval"), names)  # our own code
    except NameError:
        return None


def _module(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"patterns_{abs(hash(file))}", file)
    if spec is None or spec.loader is None:
        raise ImportError(str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _as_python(pattern: str) -> str:
    """A pattern of JavaScript in Python's words; classes by Unicode property become wider ones."""
    pattern = (
        re.sub(r"\(\?<(?![=!])", "(?P<", pattern).replace(r"\/", "/").replace("[^]", r"[\s\S]")
    )
    pattern = re.sub(r"\\k<(\w+)>", r"(?P=\1)", pattern)
    pattern = re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: re.escape(chr(int(m[1], 16))), pattern)
    return re.sub(r"\\[pP]\{[^{}]*\}", r"\\w", pattern)


def _ours() -> list[Path]:
    code = [*(ROOT / "gpu-node" / "src").rglob("*.py"), *(ROOT / "gateway" / "src").rglob("*.ts")]
    schemas = [*(ROOT / "schemas").rglob("*.schema.json")]
    return sorted(file for file in code + schemas if ".test.ts" not in file.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
