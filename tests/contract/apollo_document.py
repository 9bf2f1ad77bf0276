"""Apollo's own OpenAPI document, where this machine has it, made to agree with its examples."""

import json
import os
from pathlib import Path

KINDS = {"object", "array", "string", "integer", "number", "boolean"}


def read():
    """Read the document that APOLLO_REFERENCE leads to; None where it leads nowhere."""
    folder = os.environ.get("APOLLO_REFERENCE")
    if not folder:
        return None
    return json.loads((Path(folder) / "apollo-openapi.json").read_text(encoding="utf-8"))


def in_agreement(document):
    """Mend what Apollo's schemas say of answers that Apollo's own examples contradict."""
    for path in document["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    content["schema"] = mended(content.get("schema", {}))
    found = document["paths"]["/emailer_campaigns/search"]["post"]["responses"]["200"]["content"]
    sequence = found["application/json"]["schema"]["properties"]["emailer_campaigns"]["items"]
    for name, field in sequence["properties"].items():
        if name.startswith("unique_") or name.endswith("_rate"):
            # What is not counted yet is a word.
            field["type"] = ["integer", "string"]
    fields = document["paths"]["/fields"]["get"]["responses"]["200"]["content"]
    a_field = fields["application/json"]["schema"]["properties"]["fields"]["items"]
    # Told to be text, printed as a list.
    a_field["properties"]["context"] = {"type": ["array", "null"]}
    return document


def mended(schema):
    if isinstance(schema, list):
        return [mended(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: mended(value) for name, value in schema.items()}
    if isinstance(found.get("type"), str) and found["type"] in KINDS:
        # Hardly anything is told to be null, and a great deal is printed as null.
        found["type"] = [found["type"], "null"]
        if isinstance(found.get("enum"), list):
            found["enum"] = [*found["enum"], None]
    if isinstance(found.get("oneOf"), list):
        # The alternatives overlap: examples are valid under more than one of them.
        found["anyOf"] = found.pop("oneOf")
    return found
