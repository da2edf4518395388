"""A definition with a field of every kind, and what it says when words of it are replaced."""

from collections.abc import Sequence

from domain.definitions.checking import check_text
from domain.definitions.mistakes import Located
from domain.definitions.model import Definition
from tests.domain.definitions.conftest import CONFIG, load_from

CATALOG = load_from(CONFIG / "processes")
WRITTEN = """\
process: goods_return
title: Goods return
summary: Goods go back to a vendor, with a note of what was wrong with them.
reference_prefix: BACK

fields:
  vendor: {type: reference, label: Vendor, to: vendor, required: true}
  invoice: {type: reference, label: Invoice, to: purchase_invoice, status: completed}
  note_number: {type: text, label: Note, required: true, unique: true, pattern: "[A-Z]+-[0-9]+"}
  returned_on: {type: date, label: Returned on, required: true, default: today}
  due_on: {type: date, label: Due on, default: today+30}
  carriage: {type: money, label: Carriage, default: 118.00 INR}
  weight: {type: quantity, label: Weight, unit: KGS, decimals: 3, default: "1.5"}
  account: {type: account, label: Account, kind: expense, default: purchases}
  cause: {type: choice, label: Cause, required: true, choices: [broken, wrong], default: broken}
  story: {type: text, label: What happened, lines: true, max_length: 200, editable_in: [sorting]}
  photo: {type: file, label: Photograph, media: [image/png], max_size: 500KB}
  goods:
    type: rows
    label: Goods
    fields:
      product: {type: reference, label: Product, to: product, required: true}
      measure: {type: quantity, label: Measure, required: true, units: [NOS, LTR], decimals: 2}
      side: {type: choice, label: Side, choices: [left, right], default: left}

example: {vendor: V-001, note_number: BN-7}
subject: "{note_number}, {weight} back to {vendor}"

stages:
  entered: {title: Entered, then: sorting, otherwise: refused}
  sorting: {title: To be sorted, asks: maker}
  packed: {title: Packed, asks: maker}
  sent: {title: Sent, ends: completed}
  refused: {title: Refused at receipt, ends: cancelled}
  cancelled: {title: Cancelled, ends: cancelled}

actions:
  start: {title: Return goods, by: [storekeeper]}
  sort: {title: Sort, by: [storekeeper], from: [sorting], to: packed, edits: [story, goods]}
  correct: {title: Correct, by: [storekeeper], from: [sorting, packed], edits: [all]}
  send: {title: Send, by: [storekeeper], from: [packed], to: sent}
  repair: {title: Repair a parked step, by: [operations]}

given_up: {to: cancelled}
"""


def read(*changes: tuple[str, str]) -> Definition | Sequence[Located]:
    """The definition with words replaced, or its mistakes."""
    written = WRITTEN
    for before, after in changes:
        assert written.count(before) == 1, before
        written = written.replace(before, after)
    return check_text("goods_return.yaml", written, CATALOG.names, lambda _: ())


def definition(*changes: tuple[str, str]) -> Definition:
    """The same, without mistakes."""
    found = read(*changes)
    assert isinstance(found, Definition), "\n".join(map(str, found))
    return found


def line_of(words: str) -> int:
    """The line on which words stand, counted from 1."""
    return WRITTEN[: WRITTEN.index(words)].count("\n") + 1
