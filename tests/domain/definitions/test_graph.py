"""A graph has each stage and each way once, and labels cannot break it."""

import re

import pytest

from domain.definitions.catalog import Catalog
from domain.definitions.graph import dot, mermaid

NASTY = 'He said "no" \\N <b>&amp; #35; `x` | ] }} ; %% end\nline'
DOT_EDGE = re.compile(r'^  "[^"]+" -> "[^"]+" \[label="(?:[^"\\]|\\.)*"(?:, style=dashed)?\];$')
DOT_NODE = re.compile(r'^  "[^"]+" \[label="((?:[^"\\]|\\.)*)", shape=.*\];$')
MERMAID_NODE = re.compile(r'^  s_\w+(?:\(\[|\{\{|\[\[|\[)"([^"]*)"(?:\]\)|\}\}|\]\]|\])$')
MERMAID_WAY = re.compile(r'^  \w+ (?:-->|-\.->)(?:\|"[^"]*"\|)? s_\w+$')


@pytest.fixture(scope="session")
def journal(catalog: Catalog):
    return catalog.get("general_journal")


@pytest.fixture(scope="session")
def nasty(journal):
    stages = dict(journal.stages)
    stages["audit"] = stages["audit"].model_copy(update={"title": NASTY})
    actions = dict(journal.actions)
    actions["cancel"] = actions["cancel"].model_copy(update={"title": NASTY})
    return journal.model_copy(update={"stages": stages, "actions": actions, "title": NASTY})


def count(pattern: re.Pattern[str], text: str) -> int:
    return sum(bool(pattern.match(line)) for line in text.splitlines())


@pytest.mark.parametrize("name", ["journal", "nasty"])
def test_stages_and_ways_are_there_whatever_the_labels_hold(request, name):
    definition = request.getfixturevalue(name)

    # 10 stages; start 1, own ways 2+3+3+0+1, actions 1+1+2, given up 2.
    assert count(DOT_NODE, dot(definition)) == 10
    assert count(DOT_EDGE, dot(definition)) == 16
    assert count(MERMAID_NODE, mermaid(definition)) == 10
    assert count(MERMAID_WAY, mermaid(definition)) == 16
    assert len(mermaid(definition).splitlines()) == 1 + 2 + 10 + 16
    assert len(dot(definition).splitlines()) == 3 + 2 + 10 + 16 + 1


def test_a_label_of_dot_reads_back_as_it_was(nasty):
    label = next(m[1] for m in map(DOT_NODE.match, dot(nasty).splitlines()) if m and "He" in m[1])

    assert re.sub(r"\\(.)", r"\1", label) == " ".join(NASTY.split())


def test_a_label_of_mermaid_has_nothing_that_means_something_there(nasty):
    lines = mermaid(nasty).splitlines()
    label = next(m[1] for m in map(MERMAID_NODE.match, lines) if m and "He" in m[1])

    assert not set('"<>`\\&') & set(label)
    assert label.startswith("He said #quot;no#quot; #92;N #lt;b#gt;#38;amp; #35;35; ")


def test_a_definition_of_every_shipped_type_is_drawn(catalog):
    for definition in catalog.all:
        assert count(DOT_NODE, dot(definition)) == len(definition.stages)
        assert count(MERMAID_NODE, mermaid(definition)) == len(definition.stages)
