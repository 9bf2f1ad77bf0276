"""What is said of settings comes in; whether it can count, and which limits do not, goes out."""

from collections.abc import Iterable, Mapping

from apollo_batch.errors import InvalidError
from apollo_batch.layers.force import InForce, in_force
from apollo_batch.layers.reading import all_said
from apollo_batch.layers.setting import Rule
from apollo_batch.runner.checkup import Checked, doubtful, failed, well

_NAME = "settings"


def settings_said(environ: Mapping[str, str]) -> Checked:
    """See whether settings can be read, and whether somebody set a limit that does not hold."""
    try:
        found = in_force(all_said(environ))
    except InvalidError as problem:
        return failed(_NAME, problem)
    idle = list(_idle(found.values()))
    if idle:
        fix = "Lower it there, or take it out; apollo-batch config show --origin says what holds."
        return doubtful(_NAME, f"In vain, for a stricter word holds: {'; '.join(idle)}.", fix)
    return well(_NAME, "All that is set can be read, or nothing is.")


def _idle(found: Iterable[InForce]) -> Iterable[str]:
    for each in found:
        if each.setting.rule in {Rule.LEAST, Rule.MOST}:
            for said in each.passed_over:
                if said.value != each.value:
                    yield f"{each.setting.name} = {said.value} ({said.where})"
