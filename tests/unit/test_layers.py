"""Of limits the strictest word holds, of habits the nearest; who may not say something is told so."""

import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollo_batch.clock import seconds_of
from apollo_batch.entrypoints import asking
from apollo_batch.errors import InvalidError
from apollo_batch.job.load import load
from apollo_batch.job.wanted import Limits
from apollo_batch.layers.force import in_force
from apollo_batch.layers.known import SETTINGS
from apollo_batch.layers.reading import Places, all_said
from apollo_batch.layers.setting import TRUSTED, Layer, Rule, Said
from apollo_batch.runner.allowed import allowed, most_enrolled
from apollo_batch.settings import policy_of, state_place

WORDS = {
    "max_credits": ("5", "50"),
    "max_credits_day": ("6", "60"),
    "max_credits_month": ("7", "70"),
    "keep_credits": ("400", "40"),
    "headroom": ("0.8", "0.2"),
    "max_enroll": ("3", "30"),
    "trusted_hosts": ('["a.example"]', '["a.example", "b.example"]'),
    "webhook_hosts": ('["a.example"]', '["a.example", "b.example"]'),
    "do_not_contact": ('"/lists/one.txt"', '"/lists/two.txt"'),
    "retention_days": ("7", "60"),
    "state": ('"/tmp/one"', '"/tmp/two"'),
    "threads": ("2", "20"),
    "patience": ('"10m"', '"2h"'),
    "format": ('"csv"', '"xlsx"'),
    "zone": ('"Europe/Berlin"', '"Asia/Tokyo"'),
}
"""Two words for each setting as a file says them; of a limit the stricter one first."""
JOB = "version: 1\noperation: people.enrich\nmap: {email: Email}\n"


@dataclass
class Desk:
    """A place where every layer can say something, and where the product is asked what holds."""

    folder: Path
    patch: pytest.MonkeyPatch
    flags: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.folder.chmod(0o755)  # as the folder of a policy is
        self.patch.chdir(self.folder)
        self.patch.setenv("APOLLO_BATCH_SETTINGS", str(self.folder / "own.toml"))
        for name in ("own.toml", "apollo-batch.toml", "policy.toml"):
            (self.folder / name).write_text("")

    def say(self, layer, name, word):
        bare = word.strip('"')
        match layer:
            case Layer.FLAG:
                self.flags[name] = bare
            case Layer.ENVIRONMENT:
                self.patch.setenv(SETTINGS[name].variable, bare)
            case Layer.JOB:
                self.keys[name] = bare
            case Layer.PROJECT:
                self._write("apollo-batch.toml", name, word)
            case Layer.USER:
                self._write("own.toml", name, word)
            case Layer.POLICY:
                self._write("policy.toml", name, word)

    def _write(self, file, name, word):
        (self.folder / file).write_text(f"{name} = {word}\n")

    def said(self):
        places = Places(policy=self.folder / "policy.toml", policy_owner=os.getuid())
        return all_said(os.environ, places)

    def holds(self, name):
        """What holds of a setting in a run, as the product works it out."""
        found = in_force(self.said())
        limits = self._job(str(found["zone"].value or "UTC")).limits
        policy = policy_of(found)
        flag = self.flags.get("max_credits")
        run = allowed(policy, limits, None if flag is None else Decimal(flag))
        told = {
            "max_credits": run.credits,
            "max_credits_day": run.day,
            "max_credits_month": run.month,
            "keep_credits": run.keep,
            "headroom": run.headroom,
            "max_enroll": self._enrolled(policy, limits),
            "retention_days": policy.retention_days,
            "trusted_hosts": policy.trusted_hosts,
            "webhook_hosts": policy.webhook_hosts,
            "do_not_contact": policy.do_not_contact,
        }
        return told[name] if name in told else self._habit(name, found)

    def _enrolled(self, policy, limits):
        named = self.flags.get("max_enroll")
        caps = [most_enrolled(policy, limits), None if named is None else int(named)]
        return min((cap for cap in caps if cap is not None), default=None)

    def _habit(self, name, found):
        if name == "zone":
            return self._job(str(found["zone"].value or "UTC")).zone
        if name in self.flags and name == "state":
            return str(state_place(self.flags[name], os.environ))
        if name in self.flags and name in {"threads", "patience"}:
            typed = [f"--{name}", self.flags[name]]
            return asking.run.make_context("run", ["job.yaml", *typed]).params[name]
        word = self.flags.get(name, found[name].value)
        return seconds_of(word) if name == "patience" else word

    def _job(self, zone):
        limits = {n: w for n, w in self.keys.items() if n != "zone"}
        lines = [f"limits: {{{', '.join(f'{n}: {w}' for n, w in limits.items())}}}\n"]
        lines += [f"zone: {self.keys['zone']}\n"] if "zone" in self.keys else []
        path = self.folder / "job.yaml"
        path.write_text(JOB + "".join(lines if limits or "zone" in self.keys else []))
        return load(path, zone)


def value(name, word):
    """The value that a word stands for, as the product holds it."""
    match name:
        case "trusted_hosts" | "webhook_hosts":
            return frozenset(word.strip("[]").replace('"', "").split(", "))
        case "do_not_contact":
            return (Path(word.strip('"')),)
        case "patience":
            return {"10m": 600.0, "2h": 7200.0}[word.strip('"')]
        case "state" | "format" | "zone":
            return word.strip('"')
    return int(word) if name in {"max_enroll", "threads", "retention_days"} else Decimal(word)


def may(layer, name):
    return layer in SETTINGS[name].said_by or layer in SETTINGS[name].elsewhere


@pytest.mark.parametrize("layer", Layer)
@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_from_each_layer_against_each_other_layer(tmp_path, monkeypatch, name, layer):
    strict, loose = WORDS[name]
    if not may(layer, name):
        refused(tmp_path, monkeypatch, name, layer)
        return
    for other in Layer:
        for mine, theirs in ((strict, loose), (loose, strict)):
            with pytest.MonkeyPatch.context() as patch:
                desk = Desk(tmp_path, patch)
                desk.say(layer, name, mine)
                if other is not layer and may(other, name):
                    desk.say(other, name, theirs)
                    held(desk, name, {layer: mine, other: theirs})
                else:
                    assert desk.holds(name) == value(name, mine)


def refused(folder, patch, name, layer):
    """Who may not say a setting has no way to, or stops everything with it."""
    if layer in {Layer.FLAG, Layer.JOB}:
        assert layer not in SETTINGS[name].elsewhere
        return
    desk = Desk(folder, patch)
    desk.say(layer, name, WORDS[name][1])
    with pytest.raises(InvalidError, match=f"{name} is not for"):
        desk.said()


def held(desk, name, said):
    values = {layer: value(name, word) for layer, word in said.items()}
    nearest = min(said, key=list(Layer).index)
    match SETTINGS[name].rule:
        case Rule.NEAREST:
            assert desk.holds(name) == values[nearest]
        case Rule.ALL:
            assert set(desk.holds(name)) == {file for them in values.values() for file in them}
        case _:
            assert desk.holds(name) == value(name, WORDS[name][0])


NUMBERS = {
    "max_credits": st.decimals(0, 10_000, places=2),
    "max_credits_day": st.decimals(0, 10_000, places=2),
    "max_credits_month": st.decimals(0, 10_000, places=2),
    "keep_credits": st.decimals(0, 10_000, places=2),
    "headroom": st.decimals(0, "0.99", places=2),
    "max_enroll": st.integers(0, 500),
    "retention_days": st.integers(0, 500),
    "trusted_hosts": st.frozensets(st.sampled_from(["a.example", "b.example", "c.example"])),
    "webhook_hosts": st.frozensets(st.sampled_from(["a.example", "b.example", "c.example"])),
    "do_not_contact": st.sampled_from(["/one", "/two", "/three"]).map(lambda text: (Path(text),)),
}


@st.composite
def sayings(draw, layers):
    """What each of some layers may say of each limit."""
    said = []
    for layer in layers:
        for name, values in NUMBERS.items():
            if layer in SETTINGS[name].said_by and draw(st.booleans()):
                said.append(Said(name, draw(values), layer, layer.value))
    return said


BELOW = sayings([Layer.ENVIRONMENT, Layer.PROJECT])
ABOVE = sayings([Layer.USER, Layer.POLICY])
MAYBE = st.none() | st.decimals(0, 10_000, places=2)
LIMITS = st.builds(
    Limits,
    max_credits=MAYBE,
    keep_credits=MAYBE,
    headroom=st.decimals(0, "0.99", places=2),
    max_enroll=st.none() | st.integers(0, 500),
)
ENDLESS = Decimal("Infinity")


@settings(max_examples=500)
@given(BELOW, ABOVE, LIMITS, MAYBE)
def test_whatever_comes_with_a_job_nothing_is_let_in_that_its_person_or_organization_keeps_out(
    below, above, limits, flag
):
    with_all = policy_of(in_force([*below, *above]))
    with_theirs = policy_of(in_force(above))
    run = allowed(with_all, limits, flag)
    their_run = allowed(with_theirs, Limits(), None)

    for name in ("credits", "day", "month"):
        most = getattr(their_run, name)
        assert most is None or (getattr(run, name) is not None and getattr(run, name) <= most)
    assert (run.keep or 0) >= (their_run.keep or 0)
    assert run.headroom >= their_run.headroom
    days = with_theirs.retention_days
    assert days is None or with_all.retention_days <= days
    theirs = with_theirs.max_enroll
    assert theirs is None or most_enrolled(with_all, limits) <= theirs
    assert with_all.trusted_hosts <= with_theirs.trusted_hosts
    assert with_all.webhook_hosts <= with_theirs.webhook_hosts
    assert set(with_all.do_not_contact) >= set(with_theirs.do_not_contact)


@given(sayings([Layer.USER]), sayings([Layer.POLICY]))
def test_whatever_a_person_says_the_organization_keeps_out_what_it_keeps_out(own, policy):
    both, theirs = policy_of(in_force([*own, *policy])), policy_of(in_force(policy))

    for name in ("max_credits", "max_credits_day", "max_credits_month", "max_enroll"):
        most = getattr(theirs, name)
        assert most is None or getattr(both, name) <= most
    assert (both.keep_credits or 0) >= (theirs.keep_credits or 0)
    assert both.headroom >= theirs.headroom
    assert not theirs.said_at.get("trusted_hosts") or both.trusted_hosts <= theirs.trusted_hosts
    assert set(both.do_not_contact) >= set(theirs.do_not_contact)


def test_only_those_who_are_trusted_may_let_a_host_in():
    names = [n for n, setting in SETTINGS.items() if setting.rule is Rule.SHARED]

    assert names == ["trusted_hosts", "webhook_hosts"]
    assert {SETTINGS[name].said_by for name in names} == {TRUSTED}
    assert not any(SETTINGS[name].elsewhere for name in names)


@pytest.mark.parametrize("layer", [Layer.ENVIRONMENT, Layer.PROJECT, Layer.USER])
@pytest.mark.parametrize("name", [*NUMBERS])
def test_nobody_overrides_the_policy_of_the_organization(tmp_path, monkeypatch, name, layer):
    strict, loose = WORDS[name]
    desk = Desk(tmp_path, monkeypatch)
    desk.say(Layer.POLICY, name, strict)
    alone = policy_of(in_force(desk.said()))

    if layer in SETTINGS[name].said_by:
        desk.say(layer, name, loose)
        both = policy_of(in_force(desk.said()))
        if name == "do_not_contact":
            assert set(both.do_not_contact) > set(alone.do_not_contact)
        else:
            assert getattr(both, name) == getattr(alone, name) == value(name, strict)
    else:
        desk.say(layer, name, loose)
        with pytest.raises(InvalidError):
            desk.said()


def a_file_that_its_group_can_write(folder):
    (folder / "policy.toml").chmod(0o664)


def a_file_that_all_can_write(folder):
    (folder / "policy.toml").chmod(0o646)


def a_folder_that_all_can_write(folder):
    folder.chmod(0o777)


def a_link_to_a_file_that_all_can_write(folder):
    theirs = folder / "theirs.toml"
    theirs.write_text("max_credits = 9\n")
    theirs.chmod(0o666)
    (folder / "policy.toml").unlink()
    (folder / "policy.toml").symlink_to(theirs)


@pytest.mark.parametrize(
    "opened",
    [
        a_file_that_its_group_can_write,
        a_file_that_all_can_write,
        a_folder_that_all_can_write,
        a_link_to_a_file_that_all_can_write,
    ],
)
def test_a_policy_that_others_can_change_stops_everything(tmp_path, monkeypatch, opened):
    desk = Desk(tmp_path, monkeypatch)
    desk.say(Layer.POLICY, "max_credits", "5")
    (tmp_path / "policy.toml").chmod(0o644)
    assert desk.said()

    opened(tmp_path)

    with pytest.raises(InvalidError, match="can be changed by others"):
        desk.said()


def test_a_policy_of_somebody_else_stops_everything(tmp_path, monkeypatch):
    desk = Desk(tmp_path, monkeypatch)
    places = Places(policy=tmp_path / "policy.toml", policy_owner=os.getuid() + 1)

    with pytest.raises(InvalidError, match="can be changed by others"):
        all_said(os.environ, places)
    assert desk.said() == []


def test_no_variable_names_another_policy():
    usual = Places()

    assert usual.policy == Path("/etc/apollo-batch/policy.toml")
    assert usual.policy_owner == 0
    assert not [setting for setting in SETTINGS.values() if "policy" in setting.name]
