"""The two files a new process type begins with: a definition that holds, and its scenarios."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LONGEST_PREFIX = 8

DEFINITION = """\
# Say here in a sentence what the process is for, and what the law or the house asks of it.
process: {name}
title: {title}
summary: An employee asks, her manager approves, rejects or sends it back.
reference_prefix: {prefix}

fields:
  about: {{type: text, label: What is asked for, required: true}}
  needed_on: {{type: date, label: Needed on, required: true}}
  cost: {{type: money, label: Cost, required: true}}

# Shown in the documentation, and what every scenario starts with.
example:
  about: The first of its kind
  needed_on: 2026-07-20
  cost: 12000.00 INR

subject: "{{about}}"
amount: cost

stages:
  entered: {{title: Entered, then: approval, otherwise: refused}}
  approval:
    title: Waiting for approval
    approval: manager
    approved: approved
    rejected: rejected
    sent_back: correction
  correction: {{title: Sent back for correction, asks: maker, remind_every: 1d}}
  approved: {{title: Approved, ends: completed}}
  refused: {{title: Refused at receipt, ends: cancelled}}
  rejected: {{title: Rejected, ends: cancelled}}
  cancelled: {{title: Cancelled, ends: cancelled}}

actions:
  start: {{title: Enter a request, by: [employee]}}
  amend:
    title: Correct the request
    by: [employee]
    from: [correction]
    to: approval
    maker: must
    edits: [all]
  cancel:
    title: Cancel
    by: [employee, manager]
    from: [approval, correction]
    to: cancelled
    reason: true
  repair: {{title: Repair a parked step, by: [operations]}}

given_up: {{to: cancelled}}

approvals:
  manager:
    bands: [{{levels: [manager]}}]
    remind_every: 1d
"""

SCENARIOS = """\
process: {name}
scenarios:
  - name: Approved by the manager, and by nobody else
    given: {{needed_on: today+7}}
    steps:
      - {{asha: start, at: approval}}
      - {{asha: approve, refused: checker_must_differ_from_maker}}
      - {{chand: approve, refused: role_must_allow_action}}
      - {{asha: amend, refused: action_must_fit_stage}}
      - {{bina: approve}}
    ends: approved

  - name: Sent back, and corrected by whoever entered it
    given: {{needed_on: today+7}}
    steps:
      - {{asha: start}}
      - {{bina: send_back, because: What for?, at: correction}}
      - {{bina: amend, refused: maker_must_correct}}
      - {{asha: amend, with: {{about: The second of its kind}}, at: approval}}
      - {{bina: approve}}
    ends: approved

  - name: Rejected
    steps:
      - {{asha: start}}
      - {{bina: reject, because: Not this year}}
    ends: rejected

  - name: Cancelled, with a reason
    steps:
      - {{asha: start}}
      - {{asha: cancel, refused: reason_must_be_given}}
      - {{asha: cancel, because: It is not needed any more}}
    ends: cancelled

  - name: Who is no employee enters none
    steps:
      - {{chand: start, refused: role_must_allow_action}}
    ends: refused
"""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The texts of the two files."""

    definition: str
    scenarios: str


def skeleton(name: str, *, taken: Collection[str] = ()) -> Skeleton:
    """The files of a type; its references begin with a prefix that is not `taken` yet.

    Raises ValueError with words for people: for a name that is none, or with no prefix left.
    """
    check_name(name)
    prefix = next((each for each in prefixes(name) if each not in taken), None)
    if prefix is None:
        raise ValueError(f"Every prefix for references of {name!r} is taken. Use another name.")
    values = {"name": name, "title": name.replace("_", " ").capitalize(), "prefix": prefix}
    return Skeleton(DEFINITION.format(**values), SCENARIOS.format(**values))


def check_name(name: str) -> None:
    """Raises ValueError for what can be no name of a type or of an area."""
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name. Write small letters, digits and _, such as vehicle_request."
        )


def prefixes(name: str) -> Iterator[str]:
    """Two to eight capital letters: the initials, then the beginnings of the name, then more."""
    words = [re.sub("[^A-Z]", "", word) for word in name.upper().split("_")]
    initials, letters = "".join(word[:1] for word in words), "".join(words)
    if 2 <= len(initials) <= LONGEST_PREFIX:
        yield initials
    for length in range(4, LONGEST_PREFIX + 1):
        if len(letters) >= length:
            yield letters[:length]
    base = (letters or "X")[: LONGEST_PREFIX - 1]
    for code in range(ord("A"), ord("Z") + 1):
        yield base + chr(code)
