"""The JSON Schema of job files: complete for editors, and of one mind with the reader."""

import json
import re
from decimal import Decimal

import pytest
import yaml

from apollo_batch.catalogue.operations import OPERATIONS
from apollo_batch.errors import InvalidError
from apollo_batch.job.load import loads
from apollo_batch.job.shape import schema

TOP = "version: 1\noperation: people.enrich\n"
JOB = TOP + "map: {email: Work Email}\n"


def properties(node, way=""):
    """Every property the schema speaks of, but for the questions of `if`."""
    if isinstance(node, list):
        for index, each in enumerate(node):
            yield from properties(each, f"{way}/{index}")
    if isinstance(node, dict):
        for name, each in node.get("properties", {}).items():
            yield f"{way}/{name}", each
        for key, each in node.items():
            if key not in {"if", "examples", "default"}:
                yield from properties(each, f"{way}/{key}")


def test_the_schema_is_json_of_the_2020_dialect():
    written = json.loads(json.dumps(schema()))

    assert written["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert written["additionalProperties"] is False


def test_every_property_has_a_description_and_an_example():
    found = dict(properties(schema()))

    assert len(found) > 40
    bare = [
        way for way, each in found.items() if not (each.get("description") and each.get("examples"))
    ]
    # `then` refines keys that are described where they are declared.
    assert bare == []


def test_the_schema_lists_every_operation_with_its_parameters():
    made = schema()

    assert made["properties"]["operation"]["enum"] == list(OPERATIONS)
    of_rows = [rule for rule in made["allOf"] if "operation" in rule["if"]["properties"]]
    for rule, operation in zip(of_rows, OPERATIONS.values(), strict=True):
        groups = rule["then"]["properties"]
        for param in operation.params:
            assert (param.name in groups["map"]["properties"]) is param.in_map
            assert (param.name in groups["options"]["properties"]) is param.in_options


def accepts(document, node, root):
    """A small reader of the words of JSON Schema that ours uses; unknown words are an error."""
    known = {"title", "description", "examples", "default", "$schema", "$defs"}
    return all(
        ACCEPTS[word](document, value, node, root)
        for word, value in node.items()
        if word not in known
    )


def a_type(document, value, *_):
    types = [value] if isinstance(value, str) else value
    number = isinstance(document, int | float | Decimal) and not isinstance(document, bool)
    is_a = {
        "string": isinstance(document, str),
        "number": number,
        "integer": number and document == int(document),
        "boolean": isinstance(document, bool),
        "null": document is None,
        "array": isinstance(document, list),
        "object": isinstance(document, dict),
    }
    return any(is_a[each] for each in types)


def known_keys(document, allowed, node, root):
    others = [key for key in document if key not in node.get("properties", {})]
    if allowed is False:
        return not others
    return allowed is True or all(accepts(document[key], allowed, root) for key in others)


def of_operation(document, then, node, root):
    return not accepts(document, node["if"], root) or accepts(document, then, root)


def number_at_least(strictly):
    return lambda document, value, *_: (
        not isinstance(document, int | float)
        or (document > value if strictly else document >= value)
    )


ACCEPTS = {
    "type": a_type,
    "const": lambda document, value, *_: document == value,
    "enum": lambda document, value, *_: document in value,
    "minLength": lambda document, value, *_: (
        not isinstance(document, str) or len(document) >= value
    ),
    "maxLength": lambda document, value, *_: (
        not isinstance(document, str) or len(document) <= value
    ),
    "pattern": lambda document, value, *_: (
        not isinstance(document, str) or bool(re.search(value, document))
    ),
    "minimum": number_at_least(strictly=False),
    "maximum": lambda document, value, *_: (
        not isinstance(document, int | float) or document <= value
    ),
    "exclusiveMinimum": number_at_least(strictly=True),
    "exclusiveMaximum": lambda document, value, *_: (
        not isinstance(document, int | float) or document < value
    ),
    "required": lambda document, value, *_: (
        not isinstance(document, dict) or set(value) <= set(document)
    ),
    "properties": lambda document, value, _, root: (
        not isinstance(document, dict)
        or all(accepts(document[key], value[key], root) for key in value if key in document)
    ),
    "additionalProperties": lambda document, value, node, root: (
        not isinstance(document, dict) or known_keys(document, value, node, root)
    ),
    "items": lambda document, value, _, root: (
        not isinstance(document, list) or all(accepts(each, value, root) for each in document)
    ),
    "anyOf": lambda document, value, _, root: any(accepts(document, each, root) for each in value),
    "oneOf": lambda document, value, _, root: (
        sum(accepts(document, each, root) for each in value) == 1
    ),
    "allOf": lambda document, value, _, root: all(accepts(document, each, root) for each in value),
    "not": lambda document, value, _, root: not accepts(document, value, root),
    "minItems": lambda document, value, *_: (
        not isinstance(document, list) or len(document) >= value
    ),
    "maxItems": lambda document, value, *_: (
        not isinstance(document, list) or len(document) <= value
    ),
    "minProperties": lambda document, value, *_: (
        not isinstance(document, dict) or len(document) >= value
    ),
    "$ref": lambda document, value, _, root: accepts(
        document, root["$defs"][value.split("/")[-1]], root
    ),
    "if": lambda *_: True,
    "then": of_operation,
}


class Core(yaml.SafeLoader):
    """Reads dates as editors do: as text."""


Core.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_an_editor_reads_it(text):
    return yaml.load(text, Loader=Core)


PEOPLE = "version: 1\nkeep: {Id: id}\nsource: {operation: people.search, options: {%s}}\n"
TASKS = "version: 1\noperation: tasks.create\nmap: {contact_id: Id}\noptions: {%s}\n"
TASK = "user: ada@acme.example, type: call, status: scheduled, due_at: '2026-12-31 09:00'"
CREATE = "version: 1\noperation: contacts.create\nmap: {email: E}\n"
UPDATE = "version: 1\noperation: contacts.update\nmap: {contact_id: Id, title: T}\n"
SOUND = [
    PEOPLE % "person_titles: [cto, ceo]",
    PEOPLE % "person_titles: cto, include_similar_titles: false",
    PEOPLE % "'person_titles[]': [cto]",
    PEOPLE % "revenue_range: {min: 1, max: 9}",
    PEOPLE % "revenue_range: {min: 1}",
    PEOPLE % "'revenue_range[min]': 1, 'revenue_range[max]': 9",
    PEOPLE % "contact_email_status: [likely_to_engage, verified]",
    PEOPLE % "contact_email_status: likely to engage",
    PEOPLE % "organization_num_employees_ranges: ['1,10', 11-50, 250+]",
    PEOPLE % "organization_job_posted_at_range: {min: 2026-01-02}",
    PEOPLE % "currently_using_any_of_technology_uids: Google Analytics",
    "version: 1\nsource: {operation: tasks.search, max_records: 500}\nkeep: {Title: title}\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: sequences.search}\nlimits: {max_credits: 1}\nname: A\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: contacts.search, options: {list: Fair, stage: [Cold]}}\n",
    TASKS % TASK,
    TASKS % TASK + "zone: Europe/Berlin\ntime: '09:00'\n",
    CREATE + "mode: upsert\n",
    CREATE + "options: {run_dedupe: true, owner: ada@acme.example, list: [A, B]}\n",
    CREATE + "options: {typed_custom_fields: {Region: EMEA, Tags: [a, b]}}\n",
    CREATE.replace("{email: E}", "{email: E, typed_custom_fields: {Region: {column: R}}}"),
    CREATE.replace("{email: E}", "{email: E, list: {column: L, split: ';'}}"),
    UPDATE + "keep_old: true\n",
    "version: 1\nkeep: {Id: id}\noperation: people.search\nmap: {q_keywords: K}\nper_row: 10\n",
    "version: 1\noperation: sequences.remove\nmap: {contact_id: C}\n"
    "options: {sequence: A, mode: mark as finished}\nlimits: {max_enroll: 5}\n",
]
UNSOUND = [
    PEOPLE.replace("keep: {Id: id}\n", "") % "person_titles: cto",
    PEOPLE.replace("{Id: id}", "{}") % "person_titles: cto",
    "version: 1\noperation: people.search\nmap: {q_keywords: K}\n",
    PEOPLE % "person_titles: [[cto]]",
    PEOPLE % "person_titles: {a: cto}",
    PEOPLE % "person_seniorities: boss",
    PEOPLE % "page: 2",
    PEOPLE % "revenue_range: 5",
    PEOPLE % "revenue_range: {least: 5}",
    PEOPLE % "revenue_range: {min: 1.5}",
    PEOPLE % "organization_num_employees_ranges: [1, 10]",
    PEOPLE % "person_titles: cto" + "map: {q_keywords: K}\n",
    PEOPLE % "person_titles: cto" + "operation: people.search\n",
    PEOPLE % "person_titles: cto" + "options: {person_titles: cto}\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: people.search}\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: people.enrich, options: {reveal_phone_number: false}}\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: tasks.search, max_records: 0}\n",
    "version: 1\nkeep: {Id: id}\nsource: {operation: tasks.search, per_row: 5}\n",
    TASKS % TASK.replace("call", "visit"),
    TASKS % TASK + "time: 9\n",
    CREATE + "mode: replace\n",
    CREATE + "mode: upsert\noptions: {typed_custom_fields: 5}\n",
    CREATE + "keep_old: true\n",
    CREATE + "per_row: 5\n",
    CREATE.replace("E}", "{column: E, split: ';'}}"),
    UPDATE + "mode: create\n",
    UPDATE + "limits: {max_enroll: 0}\n",
    TOP + "map: {email: E, typed_custom_fields: {Region: R}}\n",
]

BOTH_WAYS = [
    (JOB, True),
    (JOB + "name: 2026\n", True),
    (JOB + "name: null\nskip: null\n", True),
    (TOP + "map: {email: {column: A, clean: trim}}\n", True),
    (TOP + "map: {email: {column: A, clean: [trim, lower], default: a@b.example}}\n", True),
    (JOB + "options: {reveal_personal_emails: true}\n", True),
    (JOB + "skip: [{column: A, is: x}, {column: B, in: [1, 2]}, {column: C, blank: true}]\n", True),
    (JOB + "limits: {max_credits: 0.5, reuse_days: 0}\n", True),
    (JOB + "keep: {A: email}\n", True),
    ("version: 1\nmap: {email: A}\n", False),
    (TOP, False),
    (JOB + "colour: red\n", False),
    (JOB + "limits: {max_credits: 0}\n", False),
    (JOB + "pilot: 20\nstop_if: {match_rate_below: 0.2}\n", True),
    (JOB + "pilot: 0\n", False),
    (JOB + "stop_if: {}\n", False),
    (JOB + "stop_if: {match_rate_below: 0}\n", False),
    (JOB + "stop_if: {error_rate_above: 0, credits_per_row_above: 1.5}\n", True),
    (JOB + "stop_if: {error_rate_above: 1}\n", False),
    (JOB + "stop_if: {credits_per_row_above: 0}\n", False),
    (JOB + "limits: {headroom: 0.4}\n", True),
    (JOB + "limits: {headroom: 0}\n", True),
    (JOB + "limits: {headroom: 1}\n", False),
    (JOB + "limits: {headroom: -0.1}\n", False),
    (JOB + "limits: {reuse_days: -1}\n", False),
    (JOB + "limits: {colour: red}\n", False),
    (JOB + "input: {header_row: 0}\n", False),
    (JOB + "input: {sheet: [A]}\n", False),
    (JOB + "options: {reveal_personal_emails: maybe}\n", False),
    (JOB + "options: {email: a@b.example}\n", False),
    (TOP + "map: {emial: A}\n", False),
    (TOP + "map: {email: {clean: trim}}\n", False),
    (TOP + "map: {email: {column: A, clean: slugify}}\n", False),
    (JOB + "keep: [email]\n", False),
    (JOB + "skip: {column: A}\n", False),
    (JOB + "skip: [{is: x}]\n", False),
    (JOB + "skip: [{column: A}]\n", False),
    (JOB + "skip: [{column: A, is: x, blank: true}]\n", False),
    (JOB + "skip: [{column: A, is: x, reason: Not Snake}]\n", False),
    *((text, True) for text in SOUND),
    *((text, False) for text in UNSOUND),
    ("version: 2\noperation: people.enrich\nmap: {email: A}\n", False),
    ("version: 1\noperation: send\nmap: {email: A}\n", False),
]


@pytest.mark.parametrize(("text", "sound"), BOTH_WAYS)
def test_an_editor_and_the_reader_accept_the_same_jobs(text, sound):
    try:
        loads(text, "leads.yaml")
        read = True
    except InvalidError:
        read = False

    accepted = accepts(as_an_editor_reads_it(text), schema(), schema())

    assert (read, accepted) == (sound, sound)


def test_the_examples_of_the_schema_make_a_job_that_is_read():
    made = schema()["properties"]
    others = {"source", "steps", "mode", "keep_old", "per_row"}
    others |= {"rehearse", "cooling_off"}  # those of other operations
    example = {key: made[key]["examples"][0] for key in made if key not in others}

    job = loads(yaml.safe_dump(example), "leads.yaml")

    assert job.name == example["name"]
