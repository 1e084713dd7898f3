"""What Schemathesis has to know of this API beside its description.

PLACES, in the environment, is JSON of what there is to name: "csv", "folder", "database", "url", and the IDs of
"imports" and "sets". No request names anything else of this computer, or another one.
"""

import itertools
import json
import os

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

places = json.loads(os.environ["PLACES"])
calls = itertools.count()

IMPORTS = {"/v1/imports", "/v1/previews", "/v1/plans", "/v1/plans/profile"}
IMPORT_TYPES = {"application/json", "multipart/form-data"}


@schemathesis.hook
def before_call(context, case, kwargs):
    n = next(calls)
    path = case.operation.path
    parameters = case.path_parameters or {}
    # Half of the requests are about something that there is, as long as nobody has removed it.
    if n % 2 and isinstance(parameters.get("id"), str):
        known = places["sets" if "/sets/" in path else "imports"]
        parameters["id"] = known[n // 2 % len(known)]
    if case.meta is None or case.meta.generation.mode.is_positive:
        restrict(case, path)
    elif path in IMPORTS and case.media_type not in IMPORT_TYPES and is_of_body(case):
        # Any bytes are a file, and so are none: they are a mistake in JSON alone.
        case.headers["Content-Type"] = "application/json"
    case.body = placed(case.body, n)
    # A query of the coverage phase, whose values are chosen with care, is left as it is, but for paths.
    chosen = case.meta is not None and case.meta.phase.name == TestPhase.COVERAGE
    for name, value in list((case.query or {}).items()):
        put = placed(value, n, "" if chosen else name)
        if put != value:
            case.query[name] = put


def is_of_body(case):
    """Says whether what is wrong with a request is its body, or that it has none."""
    elsewhere = (ParameterLocation.QUERY, ParameterLocation.HEADER)
    return case.meta.is_negative_at(ParameterLocation.BODY) or not any(map(case.meta.is_negative_at, elsewhere))


def restrict(case, path):
    """Leaves out what can't stand together, which OpenAPI has no words for."""
    # An import as JSON, or as a form, has its parameters there; each is given once.
    if path in IMPORTS and isinstance(case.body, dict) and case.query:
        case.query = {name: value for name, value in case.query.items() if name == "stream"}
    case.body = whole(case.body)
    # A report is of all rejects, or of all that are open: it takes no other parameter.
    if path == "/v1/imports/{id}/rejects" and (case.query or {}).get("format") not in (None, "", "json"):
        case.query = {name: value for name, value in case.query.items() if name in ("format", "open")}


def whole(value):
    """Writes whole numbers without a fraction, as the description says."""
    if isinstance(value, dict):
        return {key: whole(v) for key, v in value.items()}
    if isinstance(value, list):
        return [whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def placed(value, n, name=""):
    """Puts what there is in the place of what would name a file, a folder, a database or a server."""
    if isinstance(value, dict):
        return {key: placed(v, n, key) for key, v in value.items()}
    if isinstance(value, list):
        return [placed(v, n, name) for v in value]
    if not isinstance(value, str):
        return value
    if value.startswith("/") or "://" in value or ":/" in value:  # whatever it is
        return places["csv"]
    if n % 3 == 0:
        return value
    match name:
        case "file" | "files":
            return places["csv"]
        case "target" | "targets":
            return places["database"]
        case "folder" | "folders":
            return places["folder"]
        case "url":
            return places["url"]
        case "table":
            return "articles"
    return value
