"""The house as a whole: floors, sizes, names, what starts quickly, what ships."""

import ast
import hashlib
import itertools
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from makers import JOBS, SAMPLES

from apollo_batch.reasons import REASONS
from apollo_batch.skips import ENROLLMENT_CODES

HOUSE = Path(__file__).parents[2]
ROOMS = sorted((HOUSE / "apollo_batch").rglob("*.py"))
UNFINISHED = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "misc"}
HEAVY = ("requests", "openpyxl", "pandas", "sqlalchemy", "pydantic", "starlette")
NOT_OURS = {"build", "dist", "__pycache__"}
OURS = {".ci", ".github", ".gitignore", ".pre-commit-config.yaml"}
# The repository names no registry and no folder of somebody's machine: it works anywhere. In
# pieces, so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        re.escape("".join(pieces))
        for pieces in (
            ("py", "pi.org"),
            ("python", "hosted"),
            ("npm", "js."),
            ("deb.", "debian"),
            ("/wo", "rk/"),
            ("/ho", "me/"),
            ("..", "/shared"),
        )
    ),
    re.IGNORECASE,
)
GIVES_A_REASON = {
    "Verdict",
    "Outcome",
    "_skipped",
    "_Later",
    "BadCellError",
    "Over",
    "Trouble",
    "stop",
}


def name_of(room):
    return str(room.relative_to(HOUSE))


def papers():
    """Every text file of the repository, wherever it is checked out."""
    for path in sorted(HOUSE.rglob("*")):
        parts = path.relative_to(HOUSE).parts
        hidden = any(p.startswith(".") and p not in OURS for p in parts)
        if path.is_file() and not hidden and not NOT_OURS.intersection(parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def codes_given(source):
    """Every text that a piece of code gives as a reason."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = [k.value for k in node.keywords if k.arg == "reason"]
        if called in GIVES_A_REASON:
            given += node.args
        for value in given:
            if isinstance(value, ast.Constant) and re.fullmatch(
                r"[a-z]+(_[a-z]+)+", str(value.value)
            ):
                yield value.value


def test_imports_go_down_never_up_never_sideways():
    # In a process of its own: it sets up logging, and silences every logger there is.
    linter = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run(
        [linter, "--no-cache"], check=False, cwd=HOUSE, capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_every_room_opens_with_one_sentence(room):
    said = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8")))

    assert said
    first = said.split("\n")[0]
    assert re.search(r"[.?!]$", first), first
    assert said == first or said.split("\n")[1] == "", "one sentence, then an empty line"


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_rooms_and_functions_stay_small(room):
    source = room.read_text(encoding="utf-8")

    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    long = [f.name for f in functions if f.end_lineno - f.lineno >= 40]
    assert source.count("\n") <= 300
    assert long == []


@pytest.mark.parametrize("room", ROOMS, ids=name_of)
def test_no_room_has_a_name_that_says_nothing(room):
    assert not UNFINISHED.intersection(re.split(r"[_/.]", name_of(room).lower()))


def test_a_package_is_no_face():
    for room in ROOMS:
        if room.name != "__init__.py" or room.parent.name == "apollo_batch":
            continue
        (only,) = ast.parse(room.read_text(encoding="utf-8")).body
        assert isinstance(only, ast.Expr), name_of(room)


def test_the_top_of_the_package_holds_the_version_and_nothing_else():
    said, version = ast.parse((HOUSE / "apollo_batch/__init__.py").read_text(encoding="utf-8")).body

    assert isinstance(said, ast.Expr)
    assert version.targets[0].id == "__version__"


UNVERIFIED = re.compile(
    r"verify\s*=\s*False|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=|_create_unverified_context"
    r"|disable_warnings|assert_hostname|InsecureRequestWarning|cert_reqs"
)


def test_no_room_can_switch_the_verification_of_certificates_off():
    # The sandbox delivers to hooks on this machine, whose certificates nobody has signed.
    rooms = [room for room in ROOMS if room.name != "courier.py"]
    sources = {name_of(room): room.read_text(encoding="utf-8") for room in rooms}

    assert [name for name, source in sources.items() if UNVERIFIED.search(source)] == []
    given = [line.strip() for s in sources.values() for line in s.splitlines() if "verify=" in line]
    assert given == ["verify=self._certificates,"]
    assert UNVERIFIED.search("session.verify = False")


def test_every_reason_that_is_given_is_known():
    given = {code for room in ROOMS for code in codes_given(room.read_text(encoding="utf-8"))}

    assert len(given) > 15, "the search finds nothing any more"
    assert given - REASONS.keys() == set()
    assert set(codes_given("runs.stop(store, run, 'made_up')")) == {"made_up"}


def test_every_reason_that_is_known_is_given_somewhere():
    ours = REASONS.keys() - ENROLLMENT_CODES  # those come out of Apollo's own mouth
    elsewhere = "".join(
        room.read_text(encoding="utf-8")
        for room in ROOMS
        if room.name not in {"reasons.py", "skips.py"} and "sandbox" not in room.parts
    )

    assert [code for code in sorted(ours) if f'"{code}"' not in elsewhere] == []


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_a_question_about_the_program_loads_nothing_heavy(flag):
    command = [sys.executable, "-X", "importtime", "-m", "apollo_batch", flag]

    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)

    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "apollo_batch.entrypoints.cli" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_no_file_speaks_of_another_place_or_tool():
    found = [
        f"{path.relative_to(HOUSE)}: {line.strip()}"
        for path, text in papers()
        for line in text.splitlines()
        if FORBIDDEN.search(line) and path != HOUSE / ".ci/run"
    ]

    assert found == []
    assert FORBIDDEN.search("see " + "py" + "pi.org")


def test_the_reference_folder_is_the_only_place_outside_that_the_check_knows():
    lines = (HOUSE / ".ci/run").read_text(encoding="utf-8").splitlines()

    outside = {match for line in lines for match in re.findall(r"\.\./[\w/]+", line)}
    assert [place.rpartition("/")[2] for place in outside] == ["reference"]


def test_pins_are_names_and_versions_only():
    lines = (HOUSE / ".ci/pins.txt").read_text(encoding="utf-8").splitlines()

    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    named = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    wanted = [re.match(r"[\w-]+", line)[0] for line in named]
    pinned = {re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in pins}
    assert {"hatchling", "editables", "psycopg-binary"} <= pinned
    assert {"click", "mypy"} <= {name.lower() for name in wanted} <= pinned


def test_every_action_is_pinned_to_a_commit_and_ci_only_calls_the_check():
    text = (HOUSE / ".github/workflows/ci.yml").read_text(encoding="utf-8")

    uses = re.findall(r"uses: (\S+)", text)
    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", use)] == []
    assert re.findall(r"- run: (.*)", text) == ["bash .ci/run"]
    assert "permissions: {}" in text


@pytest.mark.keeps_a_secret("source/*", why="the sandbox's keys and the tests' own are no secret")
@pytest.mark.keeps_a_secret("*.whl", why="the sandbox's keys are no secret")
def test_the_wheel_holds_the_package_its_type_mark_and_nothing_else(tmp_path):
    source = tmp_path / "source"
    for name in ("apollo_batch", "pyproject.toml", "README.md", "tests", "docs"):
        kind = shutil.copytree if (HOUSE / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        kind(HOUSE / name, source / name)

    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source],
        check=True,
        capture_output=True,
        timeout=100,
    )

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    inside = {name.partition("/")[0] for name in names}
    assert "apollo_batch/py.typed" in names
    assert all(
        f"apollo_batch/{room.relative_to(HOUSE / 'apollo_batch')}" in names for room in ROOMS
    )
    pages = (HOUSE / "apollo_batch").rglob("*.md")
    assert [str(page) for page in pages if str(page.relative_to(HOUSE)) not in names] == []
    assert inside == {"apollo_batch", wheel.name.rpartition("-py3")[0] + ".dist-info"}
    assert f"./{wheel.name}" in (HOUSE / "README.md").read_text(encoding="utf-8")


def test_the_samples_can_be_made_again_byte_for_byte(tmp_path):
    # What a run leaves beside a sample is no sample.
    kinds = {".py", ".xlsx", ".csv"}
    files = (p for p in SAMPLES.iterdir() if p.suffix in kinds and ".annotated" not in p.name)
    kept = {p.name: p.read_bytes() for p in files}
    made = tmp_path / "samples"
    made.mkdir()
    for maker in SAMPLES.glob("*.py"):
        shutil.copy(maker, made)

    subprocess.run([sys.executable, made / "make.py"], check=True, timeout=60)

    again = {p.name: p.read_bytes() for p in made.iterdir() if p.is_file()}
    assert {name: hashlib.sha256(b).hexdigest() for name, b in again.items()} == {
        name: hashlib.sha256(b).hexdigest() for name, b in kept.items()
    }


@pytest.mark.parametrize("job", sorted(JOBS.glob("*.yaml")), ids=lambda job: job.stem)
def test_the_commands_in_a_jobs_first_lines_do_the_job(job, tmp_path):
    comments = itertools.takewhile(
        lambda line: line.startswith("# "), job.read_text(encoding="utf-8").splitlines()
    )
    typed = [line.split()[2:] for line in comments if line.startswith("# apollo-batch ")]
    for folder in (JOBS, SAMPLES):
        shutil.copytree(folder, tmp_path / folder.name)
    program = [sys.executable, "-m", "apollo_batch"]

    for command in (["check", job], *typed):
        done = subprocess.run(
            [*program, *command],
            cwd=tmp_path,
            check=True,
            timeout=60,
            capture_output=True,
            text=True,
        )

    assert typed[-1][1] == f"jobs/{job.name}"
    assert (tmp_path / done.stdout.splitlines()[-1].removeprefix("Written to ")).is_file()
