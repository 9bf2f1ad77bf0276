"""An operation comes in; what the JSON Schema says of its parameters goes out."""

from collections.abc import Iterator
from typing import Any

from apollo_batch.catalogue.entry import Act, Operation
from apollo_batch.catalogue.kinds import Kind
from apollo_batch.catalogue.param import Param
from apollo_batch.job import keeping_old, values
from apollo_batch.job.spelling import DEDUPE, LABEL_RUN, spellings

Node = dict[str, Any]

_PLAIN: Node = {"type": ["string", "number", "boolean"], "minLength": 1}
_KINDS: dict[Kind, Node] = {
    Kind.FLAG: {"type": "boolean"},
    Kind.WEBHOOK: {"type": "string", "pattern": "^https://"},
    Kind.WHOLE: {"type": "integer", "minimum": 0},
    Kind.DATE: {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
    Kind.EMPLOYEES: {"type": "string", "pattern": r"^\d+\s*(,\s*\d*|[-\u2013]\s*\d+|\+)$"},
    Kind.ID: {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"},
    Kind.AMOUNT: {"type": ["string", "number"]},
}
_EXAMPLES: dict[Kind, Any] = {
    Kind.FLAG: False,
    Kind.WEBHOOK: "https://hooks.acme.example/",
    Kind.WHOLE: 1000000,
    Kind.DATE: "2026-12-31",
    Kind.MOMENT: "2026-12-31 09:00",
    Kind.EMPLOYEES: "1,10",
    Kind.ID: "66e1a2b3c4d5e6f708192a3b",
    Kind.AMOUNT: 1200,
    Kind.DOMAIN: "acme.example",
    Kind.EMAIL: "ada@acme.example",
    Kind.TECHNOLOGY: "google_analytics",
}
_KEPT: Node = {
    "keep": {
        "description": "New column: the field of a found record that fills it.",
        "examples": [{"Id": "id"}],
        "type": "object",
        "minProperties": 1,
    }
}


def rules(operation: Operation, *, steps: bool = False) -> Iterator[Node]:
    """Say what a job of this operation may name, or a step; and a job that starts from it."""
    of_it: Node = {"properties": {"operation": {"const": operation.name}}}
    when: Node = {**of_it, "required": ["operation"]}
    yield {"if": when, "then": _of_rows(operation, keeps=not steps)}
    if operation.act is Act.SEARCH and not steps:
        searched = {"properties": {"source": when}, "required": ["source"]}
        then = {"properties": {"source": _of_search(operation), **_KEPT}, "required": ["keep"]}
        yield {"if": searched, "then": then}


def _of_rows(operation: Operation, *, keeps: bool) -> Node:
    mapped = {key: _mapped(p) for p in operation.params if p.in_map for key in _keys(operation, p)}
    options = _options(operation)
    made: Node = {
        "properties": {
            "map": {
                "description": operation.does,
                "examples": [_examples(mapped, 2)],
                "properties": mapped,
                "additionalProperties": False,
            },
            "options": _group("Parameters that are the same for every row.", options),
        }
    }
    if operation.act is Act.SEARCH and keeps:
        made |= {"properties": made["properties"] | _KEPT, "required": ["keep"]}
    if operation.modes:
        made["properties"]["mode"] = {
            "description": "What creating does where Apollo has the record.",
            "examples": [operation.modes[0]],
            "enum": [*operation.modes],
        }
    unfit = [
        key
        for key, fits in (
            ("mode", operation.modes),
            ("keep_old", keeping_old.possible(operation)),
            ("per_row", operation.act is Act.SEARCH),
            ("rehearse", operation.act is Act.ENROLL),
            ("cooling_off", operation.act is Act.ENROLL),
        )
        if not fits
    ]
    return made | ({"not": {"anyOf": [{"required": [key]} for key in unfit]}} if unfit else {})


def _of_search(operation: Operation) -> Node:
    made: Node = {
        "description": operation.does,
        "examples": [{"operation": operation.name}],
        "properties": {"options": _group("What is searched for.", _options(operation))},
    }
    if frozenset() not in operation.enough:
        made["required"] = ["options"]
    return made


def _group(description: str, properties: dict[str, Node]) -> Node:
    return {
        "description": description,
        "examples": [_examples(properties, 1)],
        "properties": properties,
        "additionalProperties": False,
    }


def _options(operation: Operation) -> dict[str, Node]:
    made = {
        key: _option(p, key)
        for p in operation.params
        if p.in_options
        for key in _keys(operation, p)
    }
    if operation.modes:
        made[DEDUPE] = {
            "description": "true is mode: create_or_skip, false is mode: create.",
            "type": "boolean",
            "examples": [True],
        }
        made[LABEL_RUN] = {
            "description": "true: what is created goes on a list that is named after the run.",
            "type": "boolean",
            "examples": [True],
        }
    return made


def _keys(operation: Operation, param: Param) -> list[str]:
    return [
        key
        for key in spellings(operation, param)
        if key == param.name or operation.param(key) is None
    ]


def _examples(nodes: dict[str, Node], most: int) -> Node:
    return {name: node["examples"][0] for name, node in list(nodes.items())[:most]}


def _mapped(param: Param) -> Node:
    column = param.name.replace("_", " ").title()
    described: Node = {"description": param.does, "examples": [column]}
    if param.kind is Kind.FIELDS:
        columns = {"type": "object", "additionalProperties": {"$ref": "#/$defs/SourceShape"}}
        return described | columns | {"examples": [{"Region": "Sales Region"}]}
    source: Node = {"$ref": "#/$defs/SourceShape"}
    if param.many:
        return described | source
    return described | {"allOf": [source, {"not": {"type": "object", "required": ["split"]}}]}


def _option(param: Param, key: str) -> Node:
    described: Node = {"description": param.does}
    if param.kind is Kind.FIELDS:
        field = {"anyOf": [_PLAIN, {"type": "array", "items": _PLAIN}]}
        typed = {"type": "object", "additionalProperties": field}
        return described | typed | {"examples": [{"Region": "EMEA"}]}
    one = _one(param)
    example = param.choices[0] if param.choices else _EXAMPLES.get(param.kind, param.name)
    described["examples"] = [example]
    if param.span and not key.endswith("]"):
        ends = {
            end: {"description": f"The {word}.", "examples": [example], **one}
            for end, word in (("min", "least"), ("max", "most"))
        }
        span = {"type": "object", "properties": ends, "additionalProperties": False}
        return described | span | {"minProperties": 1, "examples": [{"min": example}]}
    if param.many:
        many: Node = {"type": "array", "items": one, "minItems": 1}
        if param.most:
            many["maxItems"] = param.most
        return described | {"anyOf": [one, many]}
    return described | one


def _one(param: Param) -> Node:
    if values.by_name(param):
        return _PLAIN
    if param.choices:
        return {"enum": [way for word in param.choices for way in values.spelt(word)]}
    return _KINDS.get(param.kind, _PLAIN)
