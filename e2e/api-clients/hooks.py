"""Keeps a run of Schemathesis from revoking its own keys: later answers would be refusals."""

import json
from pathlib import Path

import schemathesis

_AUTH = json.loads(Path("auth.json").read_text(encoding="utf-8"))
_OWN = [user["fixedHeaders"][0]["value"].split("_")[1] for user in _AUTH["auth"]]
_NOBODYS = "0" * 26


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Asks for the end of another key."""
    if case.method == "DELETE" and any(key in str(case.path_parameters) for key in _OWN):
        case.path_parameters = {"key_id": _NOBODYS}
