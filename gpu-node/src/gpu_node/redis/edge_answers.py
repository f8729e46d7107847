"""Says what an edge did in place of passing bytes on, in one sentence."""

from collections.abc import Mapping
from http import HTTPStatus

from websockets.frames import Close

SILENT = "The edge before @ does not answer in time"
CUT = "The edge before @ has cut the connection"
NO_TUNNEL = "The edge before @ answers something that is no tunnel"
_LOGIN = (
    "The edge before @ sends to a page to log in: the policy of its Access application must have "
    "the action Service Auth"
)
_REFUSED = "The edge before @ refuses the service token, or it has expired"
_NO_TOKEN = "The edge before @ wants a service token, and none is set"
_AWAY = "The edge before @ cannot reach it: the tunnel or what is behind it is away"
_OTHERS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "The edge before @ knows no tunnel of this name",
    HTTPStatus.OK: "The edge before @ answers with a page in place of a tunnel",
    HTTPStatus.TOO_MANY_REQUESTS: "The edge before @ is asked too often",
}


def status_sentence(status: int, has_token: bool) -> str:
    """`status` is that of an answer which opens nothing."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        said = _REFUSED if has_token else _NO_TOKEN
    elif 300 <= status < 400:
        said = _LOGIN
    elif status >= 500:
        said = _AWAY
    else:
        said = _OTHERS.get(status, NO_TUNNEL)
    return f"{said} ({status})"


def close_sentence(close: Close | None) -> str:
    """`close` is what the edge said when it closed, if it said anything."""
    return f"{CUT} ({close.code})" if close else CUT
