"""A build's environment comes in; where it runs, and whether its key may be used there, goes out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apollo_batch.codes import Code
from apollo_batch.errors import UsageError

_TRUE = {"true", "1"}
_OF_PULL_REQUESTS = {
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
}


def in_ci(environ: Mapping[str, str]) -> bool:
    """Whether a build has started the program: nobody sits there to be asked."""
    return any(_is(environ, name) for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI"))


def on_github(environ: Mapping[str, str]) -> bool:
    """Whether GitHub's runner reads what is printed."""
    return _is(environ, "GITHUB_ACTIONS")


def _is(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in _TRUE


def refuse_strangers(environ: Mapping[str, str]) -> None:
    """UsageError where the build is of a fork's pull request: whoever wrote it could spend with the key."""
    if on_github(environ) and _github_fork(environ):
        what = "pull request"
    elif _is(environ, "GITLAB_CI") and _gitlab_fork(environ):
        what = "merge request"
    else:
        return
    raise UsageError(
        Code.BUILD_OF_A_FORK,
        f"This build is for a {what} of a fork, or it cannot be told that it is not; no key is "
        "used here, and nothing was sent.",
        fix="Leave such builds without the key; `check`, and `plan --sandbox`, need none.",
    )


def _github_fork(environ: Mapping[str, str]) -> bool:
    name = environ.get("GITHUB_EVENT_NAME", "")
    if name not in {*_OF_PULL_REQUESTS, "workflow_run"}:
        return False
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    if name == "workflow_run":
        return not _same(_at(event, "workflow_run", "head_repository"), _at(event, "repository"))
    return not _same(
        _at(event, "pull_request", "head", "repo"), _at(event, "pull_request", "base", "repo")
    )


def _event(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None  # what cannot be read shows nothing


def _at(found: Any, *names: str) -> Any:
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _same(one: Any, other: Any) -> bool:
    """Whether two repositories are one; a fork that was deleted meanwhile is none at all."""
    ids = [repository.get("id") for repository in (one, other) if isinstance(repository, dict)]
    return len(ids) == 2 and ids[0] is not None and ids[0] == ids[1]


def _gitlab_fork(environ: Mapping[str, str]) -> bool:
    if environ.get("CI_PIPELINE_SOURCE") != "merge_request_event":
        return False
    source = environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "")
    return not source or source != environ.get("CI_MERGE_REQUEST_PROJECT_ID")
