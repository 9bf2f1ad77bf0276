"""The environment and a folder come in; what is said of settings there goes out, the nearest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from apollo_batch.codes import Code
from apollo_batch.errors import InvalidError
from apollo_batch.layers.file import read_file
from apollo_batch.layers.known import FILE_VARIABLE, SETTINGS
from apollo_batch.layers.setting import Layer, Rule, Said, Setting
from apollo_batch.layers.values import value_of_text
from apollo_batch.suggest import did_you_mean

PROJECT_FILE = Path("apollo-batch.toml")
POLICY_FILE = Path("/etc/apollo-batch/policy.toml")
_ROOT = 0
_OURS = "APOLLO_BATCH_"


@dataclass(frozen=True)
class Places:
    """Where settings are looked for, beside the environment."""

    project: Path = PROJECT_FILE
    policy: Path = POLICY_FILE
    policy_owner: int = _ROOT
    """The only one who may be able to change the policy."""


def all_said(environ: Mapping[str, str], places: Places | None = None) -> list[Said]:
    """Read all that is said of settings outside of jobs and flags; InvalidError where that cannot be."""
    found = places or Places()
    return [
        *_in_environment(environ),
        *read_file(found.project, Layer.PROJECT),
        *_in_own(environ),
        *read_file(found.policy, Layer.POLICY, owner=found.policy_owner),
    ]


def own_file() -> Path:
    """Name the user's own settings file."""
    import platformdirs

    return Path(platformdirs.user_config_dir("apollo-batch", appauthor=False)) / "settings.toml"


def own_of(environ: Mapping[str, str]) -> Path:
    """Name the file that holds the user's own settings, as things are."""
    named = environ.get(FILE_VARIABLE)
    return Path(named).absolute() if named else own_file()


def _in_own(environ: Mapping[str, str]) -> list[Said]:
    """Read the user's own file and the one that the environment names: neither undoes the other."""
    own, named = own_file(), environ.get(FILE_VARIABLE)
    said = read_file(own, Layer.USER)
    if not named or Path(named).absolute() == own:
        return said
    other = read_file(Path(named), Layer.USER, needed=True)
    # Whoever can set a variable, and no more, must not get the key sent elsewhere.
    return [*other, *said, *_silent_on_hosts(own, said)]


def _silent_on_hosts(own: Path, said: Sequence[Said]) -> Iterator[Said]:
    told = {each.name for each in said}
    for setting in SETTINGS.values():
        if own.exists() and setting.rule is Rule.SHARED and setting.name not in told:
            yield Said(setting.name, frozenset(), Layer.USER, f"{own}, which names none")


def _in_environment(environ: Mapping[str, str]) -> Iterator[Said]:
    known = {setting.variable: setting for setting in SETTINGS.values()}
    for variable, text in environ.items():
        if not variable.startswith(_OURS) or variable == FILE_VARIABLE or not text.strip():
            continue
        setting = known.get(variable)
        if setting is None:
            raise InvalidError(
                Code.SETTINGS_UNKNOWN, f"{variable} sets nothing.", fix=_meant(variable, known)
            )
        yield _of_variable(setting, text)


def _of_variable(setting: Setting, text: str) -> Said:
    if Layer.ENVIRONMENT not in setting.said_by:
        raise InvalidError(
            Code.SETTINGS_ELSEWHERE,
            f"{setting.variable}: {setting.name} is not for the environment.",
            fix="Unset it, and write it into your own settings.",
        )
    try:
        value = value_of_text(setting, text, Path())
    except InvalidError as problem:
        words = f"{setting.variable}: {problem.message}"
        raise InvalidError(problem.code, words, fix=problem.fix) from None
    return Said(setting.name, value, Layer.ENVIRONMENT, setting.variable)


def _meant(variable: str, known: Mapping[str, Setting]) -> str:
    meant = did_you_mean(variable, [*known, FILE_VARIABLE])
    return meant or "Unset it, or see: apollo-batch config show"
