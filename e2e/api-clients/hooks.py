"""Lets a run of Schemathesis ask two servers by turns, and keeps it from revoking its own keys:
later answers would be refusals."""

import json
import os
import threading
from collections import Counter
from pathlib import Path

import schemathesis
from requests.adapters import HTTPAdapter

_AUTH = json.loads(Path("auth.json").read_text(encoding="utf-8"))
_OWN = [user["fixedHeaders"][0]["value"].split("_")[1] for user in _AUTH["auth"]]
_NOBODYS = "0" * 26

_SERVERS = os.environ["FUZZ_SERVERS"].split(",")
"""The first is the one that the run was given."""
_asked = Counter()
_mine = threading.local()


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """Asks for the end of another key."""
    if case.method == "DELETE" and any(key in str(case.path_parameters) for key in _OWN):
        case.path_parameters = {"key_id": _NOBODYS}
    # By turns for each operation, so that each server is asked for all of them.
    _asked[case.operation.label] += 1
    _mine.server = _SERVERS[_asked[case.operation.label] % len(_SERVERS)]


_send = HTTPAdapter.send


def _send_by_turns(adapter, request, *args, **kwargs):
    given = _SERVERS[0]
    if request.url.startswith(f"{given}/"):
        request.url = getattr(_mine, "server", given) + request.url.removeprefix(given)
    return _send(adapter, request, *args, **kwargs)


# There is no setting for it: one address is asked, that of the schema.
HTTPAdapter.send = _send_by_turns
