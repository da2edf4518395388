"""The proof of one definition, apart from its stages and journals: one rule per function.

Each rule yields every mistake it sees; none stops at the first. `prove` is all of them.
"""

from collections.abc import Callable, Iterator

from domain import money
from domain.definitions import policy
from domain.definitions.fields import (
    DateField,
    MoneyField,
    PartyField,
    QuantityField,
    RowsField,
    TextField,
)
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Band, Definition
from domain.definitions.proof_of_checks import PROOF_OF_CHECKS
from domain.definitions.proof_of_children import PROOF_OF_CHILDREN
from domain.definitions.proof_of_example import example_is_accepted
from domain.definitions.proof_of_fields import PROOF_OF_FIELDS, is_for_texts
from domain.definitions.proof_of_journals import PROOF_OF_JOURNALS
from domain.definitions.proof_of_masks import PROOF_OF_MASKS
from domain.definitions.proof_of_notifications import PROOF_OF_NOTIFICATIONS
from domain.definitions.proof_of_stages import PROOF_OF_STAGES, unknown
from domain.definitions.proof_of_tables import PROOF_OF_TABLES
from domain.definitions.vocabulary import Vocabulary
from domain.definitions.wording import placeholders
from domain.refusal import Refusal

DURATION_CURE = f"Write it as {policy.DURATIONS}"
# Fields whose value is the code of no branch.
OF_NO_BRANCH = (RowsField, MoneyField, QuantityField, DateField, PartyField)

Rule = Callable[[Definition, Vocabulary], Iterator[Mistake]]


def prove(definition: Definition, names: Vocabulary) -> list[Mistake]:
    """Every mistake of the definition; none when it holds together."""
    found = [mistake for rule in RULES for mistake in rule(definition, names)]
    # An example cannot be held against fields that do not hold themselves.
    if not any(mistake for rule in PROOF_OF_FIELDS for mistake in rule(definition, names)):
        found += example_is_accepted(definition, names)
    return found


def bands_ascend(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Limits are money of one currency, each above the one before; only the last band is open."""
    for name, approval in definition.approvals.items():
        below: money.Money | None = None
        for i, band in enumerate(approval.bands):
            path: Path = ("approvals", name, "bands", i, "up_to")
            if (band.up_to is None) != (i == len(approval.bands) - 1):
                yield open_band(path, band)
            if band.up_to is None:
                continue
            try:
                limit = money.parse(band.up_to)
            except Refusal as refusal:
                yield Mistake(path, refusal.message.rstrip("."), "Write it as 50000.00 INR")
                continue
            if below and limit.currency != below.currency:
                what = f"The limit is in {limit.currency}, the one before in {below.currency}"
                yield Mistake(path, what, f"Write all limits in {below.currency}")
            elif below and limit.amount <= below.amount:
                what = f"The limit {limit} is not above the one before, {below}"
                yield Mistake(path, what, "Order the bands by ascending limits")
            below = limit


def open_band(path: Path, band: Band) -> Mistake:
    """An open band before the last, or a last one that is not open."""
    if band.up_to is None:
        what = "A band without `up_to` stands before the last, so the next is never used"
        return Mistake(path, what, "Give it an `up_to`, or put it last")
    what = f"Above {band.up_to} nobody may approve"
    return Mistake(path, what, "Add a last band without `up_to`")


def approval_has_an_amount(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Bands compare with something."""
    for name, approval in definition.approvals.items():
        if len(approval.bands) > 1 and definition.amount is None:
            what = "The bands have limits, but no `amount` says which field they limit"
            yield Mistake(("approvals", name, "bands"), what, "Add `amount: <money field>`")


def splitting_can_be_seen(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """What is split is split below a limit, and towards a party."""
    parties = any(isinstance(field, PartyField) for field in definition.fields.values())
    for name, approval in definition.approvals.items():
        if approval.splitting and (len(approval.bands) < 2 or not parties):
            lacks = "no field of type party" if len(approval.bands) > 1 else "no bands with limits"
            what = f"There is {lacks}, so nothing shows as split"
            yield Mistake(("approvals", name, "splitting"), what, "Remove `splitting`")


def approvals_are_used(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A policy that no stage names checks nothing."""
    used = {stage.approval for stage in definition.stages.values()}
    for name in definition.approvals:
        if name not in used:
            what = f"No stage is approved by {name!r}"
            yield Mistake(("approvals", name), what, "Name it in a stage, or remove it")


def times_are_readable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Durations and times of day parse."""
    for name, stage in definition.stages.items():
        if stage.at is not None:
            yield from refused(("stages", name, "at"), stage.at, policy.clock, "Write it as 10:00")
        if stage.remind_every is not None:
            path: Path = ("stages", name, "remind_every")
            yield from refused(path, stage.remind_every, policy.read_duration, DURATION_CURE)
    for name, approval in definition.approvals.items():
        for key in ("remind_every", "deadline", "claim_for", "step_up"):
            text = getattr(approval, key)
            if text is not None:
                path = ("approvals", name, key)
                yield from refused(path, text, policy.read_duration, DURATION_CURE)


def refused(path: Path, text: str, reader: Callable[[str], object], cure: str) -> Iterator[Mistake]:
    """The refusal of a reader as a mistake."""
    try:
        reader(text)
    except Refusal as refusal:
        yield Mistake(path, refusal.message.split(". ")[0].rstrip("."), cure)


def checks_and_workflow_exist(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """Coded rules and workflows that are named are there, and no rule is named twice."""
    for i, check in enumerate(definition.checks):
        if check not in names.checks:
            yield unknown(("checks", i), check, "check", names.checks)
        elif check in definition.checks[:i]:
            yield Mistake(("checks", i), f"{check!r} is named twice", "Remove one of the two")
    if definition.workflow is not None and definition.workflow not in names.workflows:
        yield unknown(("workflow",), definition.workflow, "workflow", names.workflows)


def amount_is_a_money_field(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`amount` names a required money field, or a total: limits must not be dodged."""
    name = definition.amount
    if name is None or name in definition.totals:
        return
    field = definition.fields.get(name)
    if not isinstance(field, MoneyField):
        known = [n for n, f in definition.fields.items() if isinstance(f, MoneyField)]
        yield unknown(("amount",), name, "money field or total", [*known, *definition.totals])
    elif not field.required:
        what = f"{name!r} is the amount that limits apply to, yet may be left out"
        yield Mistake(("fields", name), what, "Add `required: true`")


def unique_names_required_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Unique keys name required fields with one value; each key has its own name."""
    names = [unique.name for unique in definition.unique]
    for i, unique in enumerate(definition.unique):
        if unique.name in names[:i]:
            what = f"Two unique keys are named {unique.name!r}"
            yield Mistake(("unique", i, "name"), what, "Give one another name")
        for j, name in enumerate(unique.fields):
            field = definition.fields.get(name)
            path: Path = ("unique", i, "fields", j)
            if field is None or isinstance(field, RowsField):
                yield unknown(path, name, "field with one value", single_fields(definition))
            elif not field.required:
                what = f"{name!r} is part of a unique key, yet may be left out"
                yield Mistake(path, what, "Make the field required")


def single_fields(definition: Definition) -> list[str]:
    """Fields that are no rows."""
    return [n for n, field in definition.fields.items() if not isinstance(field, RowsField)]


def concerns_a_login(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Whom a document is about is always told, by her login."""
    name = definition.concerns
    if name is None:
        return
    field = definition.fields.get(name)
    if not isinstance(field, TextField):
        known = [n for n, f in definition.fields.items() if isinstance(f, TextField)]
        yield unknown(("concerns",), name, "text field", known)
    elif not field.required:
        what = f"{name!r} says whom it concerns, yet may be left out"
        yield Mistake(("fields", name), what, "Add `required: true`")


def branch_is_always_named(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The branch stands in a required field: rights and limits of a branch must not be dodged."""
    name = definition.branch
    if name is None:
        return
    field = definition.fields.get(name)
    if field is None or isinstance(field, OF_NO_BRANCH):
        known = [n for n, f in definition.fields.items() if not isinstance(f, OF_NO_BRANCH)]
        yield unknown(("branch",), name, "field with the code of a branch", known)
    elif not field.required:
        what = f"{name!r} says of which branch it is, yet may be left out"
        yield Mistake(("fields", name), what, "Add `required: true`")


def texts_name_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Placeholders of the subject and of narrations are fields with one line of text."""
    known = [name for name, field in definition.fields.items() if is_for_texts(field)]
    texts: list[tuple[Path, str]] = [(("subject",), definition.subject)]
    for name, journal in definition.journals.items():
        texts.append((("journals", name, "narration"), journal.narration))
    for path, text in texts:
        try:
            found = placeholders(text)
        except ValueError:
            yield Mistake(path, f"The braces in {text!r} cannot be filled", "Write {field}")
            continue
        for name, form in found:
            if form or name not in known:
                yield unknown(path, name + (form and f":{form}"), "field of one line", known)


def number_is_known(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """The number's pattern has the placeholders we can fill, the sequence among them."""
    number = definition.number
    if number and not policy.number_pattern_is_known(number.pattern):
        what = f"{number.pattern!r} cannot be filled"
        cure = "Use {sequence:05} once, {fiscal_year} once, and nothing else in braces"
        yield Mistake(("number", "pattern"), what, cure)


RULES: tuple[Rule, ...] = (
    *PROOF_OF_STAGES,
    *PROOF_OF_TABLES,
    *PROOF_OF_CHILDREN,
    bands_ascend,
    splitting_can_be_seen,
    approval_has_an_amount,
    approvals_are_used,
    times_are_readable,
    checks_and_workflow_exist,
    amount_is_a_money_field,
    unique_names_required_fields,
    concerns_a_login,
    branch_is_always_named,
    texts_name_fields,
    number_is_known,
    *PROOF_OF_CHECKS,
    *PROOF_OF_FIELDS,
    *PROOF_OF_MASKS,
    *PROOF_OF_JOURNALS,
    *PROOF_OF_NOTIFICATIONS,
)
