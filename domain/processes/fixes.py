"""What a corrected document may change when a step is parked: nothing that was decided or posted.

An approval stands for what it was given on, so a fix leaves alone whatever approvals depend on;
and a journal that is in the book already goes on saying what the document says.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row

from domain.access import company as masters
from domain.definitions import input as inputs
from domain.definitions import journal, policy
from domain.definitions.faults_of_input import FieldError, InputErrors
from domain.definitions.fields import (
    FileField,
    MoneyField,
    PartyField,
    QuantityField,
    ReferenceField,
)
from domain.definitions.model import Definition
from domain.documents import examination
from domain.documents.places import places
from domain.ledger.entry import JournalEntry
from domain.operations.catalog import NEEDS
from domain.processes import action
from domain.processes.action import Input
from domain.processes.record import Facts
from domain.refusal import Refusal

DECIDED = (MoneyField, QuantityField, PartyField, ReferenceField, FileField)


def accepted(
    connection: Connection, definition: Definition, facts: Facts, row: Row[Any], given: Any
) -> Input:
    """The document as the fix wants it. Raises what a new one, an approval or the book refuses."""
    if given is None:
        raise Refusal("input_must_be_given", "Give the whole document as it is to be.")
    content = inputs.accept(definition, given, currency=facts.company.base_currency)
    if content == facts.content:
        raise Refusal("fix_must_change_something", "The document says that already. Retry instead.")
    check_editable(definition, facts, content)
    check_covered(definition, facts, content)
    check_files(definition, facts, content)
    check_book(connection, definition, facts, row, content)
    posted = tuple(standing(definition, row))
    examination.examine(
        connection, definition, facts.company, content, facts.process, posted=posted
    )
    return content


def check_editable(definition: Definition, facts: Facts, content: Input) -> None:
    """Refuse a change of what may not be changed in this stage."""
    fields, stage = definition.fields, facts.stage
    may = [name for name in fields if policy.may_be_edited(definition, name, stage)]
    action.check_editable("A fix", may, facts.content, content)


def check_files(definition: Definition, facts: Facts, content: Input) -> None:
    """Refuse a file that did not stand in the document: nobody would look at it with the rest."""
    stands = [place.value for place in places(definition, facts.content, FileField)]
    for place in places(definition, content, FileField):
        if place.value not in stands:
            detail = "A fix brings no file. Cancel it and enter it anew, or attach the file to it."
            error = FieldError(place.at, "file_must_stand_in_document", detail)
            raise InputErrors([error], code=error.code)


def check_covered(definition: Definition, facts: Facts, content: Input) -> None:
    """Refuse what would slip past the approvers: amounts, parties, and what rules look at."""
    if not definition.approvals:
        return
    slipped = [
        path
        for path in sorted(covered(definition))
        if values(facts.content, path) != values(content, path)
    ]
    if slipped:
        named = ", ".join(slipped)
        raise Refusal(
            "approval_must_cover_the_fix",
            f"{facts.reference} is approved as it stands, and {named} would change. Cancel it and "
            "enter it anew, so that it is approved as it is to be.",
            fields=named,
        )


def covered(definition: Definition) -> frozenset[str]:
    """The fields that approvals depend on, those of rows as `lines.net`.

    Every amount, quantity and party; what a decision table asks; what an operation works on.
    """
    fields = definition.fields_by_path()
    found = {path for path, field in fields.items() if isinstance(field, DECIDED)}
    found |= {name for table in definition.tables.values() for name in table.inputs}
    for stage in definition.stages.values():
        found |= {*NEEDS.get(stage.does or "", ())}
    return frozenset(found & {*fields})


def values(content: Input, path: str) -> Any:
    """What stands in a field: one value, or that of every row."""
    rows, _, name = path.rpartition(".")
    return [row.get(name) for row in content.get(rows) or ()] if rows else content.get(name)


def check_book(
    connection: Connection, definition: Definition, facts: Facts, row: Row[Any], content: Input
) -> None:
    """Refuse a document of which an entry that stands in the book would say something else."""
    today = masters.today(connection)

    def entry(template: str, of: Input) -> JournalEntry:
        code = examination.party_code(definition, of)
        return journal.entry(
            definition, template, of, company=facts.company.id, today=today, party_code=code
        )

    for template in standing(definition, row):
        if entry(template, facts.content) != entry(template, content):
            raise Refusal(
                "book_must_agree_with_the_fix",
                f"The {template} of {facts.reference} is posted, and would say something else. "
                "Cancel it, which reverses the entry, and enter it anew.",
                journal=template,
            )


def standing(definition: Definition, row: Row[Any]) -> Iterator[str]:
    """The journals that may stand in the book while the step is parked."""
    yield from sorted(policy.posted_before(definition, row.stage))
    for template in definition.stages[row.stage].post:
        if row.step == f"post_journal.{template}":
            return
        yield template
