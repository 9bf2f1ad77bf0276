"""What the contract tests hold the sandbox against."""

import json
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def paths():
    """Apollo's own document, where a folder that holds it is named."""
    folder = os.environ.get("APOLLO_REFERENCE")
    if not folder:
        pytest.skip("APOLLO_REFERENCE names no folder with Apollo's OpenAPI document")
    return json.loads((Path(folder) / "apollo-openapi.json").read_text(encoding="utf-8"))["paths"]
