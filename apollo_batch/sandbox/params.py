"""A query and a body come in, the parameters go out, as Rails reads them."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

_NAME = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<inner>[^\[\]]*)\])?")


def from_query(text: str) -> dict[str, Any]:
    """Read `a=1`, `list[]=1&list[]=2` and `range[min]=1`."""
    params: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        match = _NAME.fullmatch(key)
        name, inner = (match["name"], match["inner"]) if match else (key, None)
        if inner is None:
            params[name] = value
        elif not inner:
            _under(params, name, list).append(value)
        else:
            _under(params, name, dict)[inner] = value
    return params


def from_body(raw: bytes) -> dict[str, Any] | None:
    """Read a JSON object; an empty body says nothing, None where it is something else."""
    if not raw.strip():
        return {}
    try:
        params = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return params if isinstance(params, dict) else None


def _refuse(constant: str) -> None:
    # Python reads NaN and Infinity, which are no JSON.
    raise ValueError(constant)


def _under(params: dict[str, Any], name: str, kind: type) -> Any:
    if not isinstance(params.get(name), kind):
        params[name] = kind()
    return params[name]
