"""The proof of journal templates: every name is there, and debits equal credits whatever the input.

An amount is expanded to its leaf parts (money fields); the two sides must be the same multiset.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import product

from domain.definitions.fields import (
    AccountField,
    AnyField,
    ChoiceField,
    DateField,
    MoneyField,
    PartyField,
    ReferenceField,
    RowsField,
    TextField,
)
from domain.definitions.mistakes import Mistake, Path
from domain.definitions.model import Definition, JournalTemplate
from domain.definitions.vocabulary import Vocabulary
from domain.ledger.notation import Line, read_line
from domain.refusal import Refusal

TODAY = "today"


def totals_name_parts(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A part is a money field or a total, and a total has a name of its own."""
    for name, parts in definition.totals.items():
        if name in definition.fields:
            what = f"{name!r} is both a field and a total"
            yield Mistake(("totals", name), what, "Give the total another name")
        for i, part in enumerate(parts):
            if not is_amount(definition, part):
                yield no_amount(definition, ("totals", name, i), part)


def totals_are_acyclic(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """No total is part of itself, over however many others."""
    for name in definition.totals:
        if leaves(definition, name) is None:
            what = f"The total {name!r} is part of itself"
            yield Mistake(("totals", name), what, "Break the circle")


def leaves(definition: Definition, name: str, above: tuple[str, ...] = ()) -> Counter[str] | None:
    """The money fields that make up an amount, with their count; None when it contains itself."""
    if name in above:
        return None
    if name not in definition.totals:
        return Counter([name])
    found: Counter[str] = Counter()
    for part in definition.totals[name]:
        inner = leaves(definition, part, (*above, name))
        if inner is None:
            return None
        found += inner
    return found


def is_amount(definition: Definition, name: str) -> bool:
    """Whether the name is a money field or a total."""
    field = definition.fields_by_path().get(name)
    return name in definition.totals or isinstance(field, MoneyField)


def no_amount(definition: Definition, path: Path, name: str) -> Mistake:
    """The mistake of naming something that is no amount."""
    fields = definition.fields_by_path().items()
    known = [n for n, field in fields if isinstance(field, MoneyField)] + list(definition.totals)
    return Mistake(path, f"{name!r} is no money field and no total", f"Use one of: {listed(known)}")


def listed(names: list[str]) -> str:
    """Names as a list for people."""
    return ", ".join(sorted(names)) or "none so far"


def lines_of(journal: JournalTemplate) -> Iterator[tuple[int, Line]]:
    """The posting lines that can be read, with their index."""
    for i, text in enumerate(journal.postings):
        try:
            yield i, read_line(text)
        except Refusal:
            continue


def postings_are_readable(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Every line of a template is in journal notation, with a name where the amount stands."""
    for name, journal in definition.journals.items():
        for i, text in enumerate(journal.postings):
            path: Path = ("journals", name, "postings", i)
            cure = "Write 'Dr  account  amount', then dimensions as 'party vendor'"
            try:
                line = read_line(text)
            except Refusal as refusal:
                yield Mistake(path, refusal.message.split(". ")[0], cure)
                continue
            if not is_amount(definition, line.amount):
                yield no_amount(definition, path, line.amount)


def accounts_exist(definition: Definition, names: Vocabulary) -> Iterator[Mistake]:
    """An account stands in the chart or in an account field."""
    fields = definition.fields_by_path()
    known = [n for n, field in fields.items() if isinstance(field, AccountField)]
    for field in known:
        if field in names.accounts:
            what = f"{field!r} is both an account of the chart and an account field"
            yield Mistake(("fields", field), what, "Give the field another name")
    for name, journal in definition.journals.items():
        for i, line in lines_of(journal):
            if line.account not in names.accounts and line.account not in known:
                what = f"{line.account!r} is no account of the chart and no account field"
                cure = f"Use one of: {listed([*names.accounts, *known])}"
                yield Mistake(("journals", name, "postings", i), what, cure)


def rows_agree(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """What stands per row (account, dimension) goes with an amount of the same rows."""
    for name, journal in definition.journals.items():
        for i, line in lines_of(journal):
            rows = rows_of(line.amount)
            used = [line.account, *(value for _, value in line.dimensions)]
            for other in used:
                if rows_of(other) and rows_of(other) != rows:
                    what = f"{other!r} differs by row, but the amount {line.amount!r} does not"
                    cure = f"Use an amount of {rows_of(other)}, or a name that is the same for all"
                    yield Mistake(("journals", name, "postings", i), what, cure)


def rows_of(name: str) -> str:
    """`lines` of `lines.net`; nothing for a field that stands once."""
    rows, point, _ = name.partition(".")
    return rows if point else ""


def accounts_are_given(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """An account field that a template posts to is required."""
    fields = definition.fields_by_path()
    for name, journal in definition.journals.items():
        for i, line in lines_of(journal):
            field = fields.get(line.account)
            if isinstance(field, AccountField) and not is_given(definition, line.account):
                what = f"The account {line.account!r} may be left out, so nothing could be posted"
                path: Path = ("journals", name, "postings", i)
                yield Mistake(path, what, "Make the field required")


def is_given(definition: Definition, dotted: str) -> bool:
    """Whether every input has the field. Rows that may be left out bring no postings at all."""
    field = definition.fields_by_path().get(dotted)
    return field is not None and field.required


def dimensions_name_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A dimension's value is a field; that of `party` is a party field, and always the same one."""
    parties: set[str] = set()
    for name, journal in definition.journals.items():
        for i, line in lines_of(journal):
            path: Path = ("journals", name, "postings", i)
            for dimension, value in line.dimensions:
                parties |= {value} if dimension == "party" else set()
                if not may_be_dimension(definition, dimension, value):
                    kind = "party field" if dimension == "party" else OF_DIMENSIONS
                    what = f"{value!r} is no {kind} that is required"
                    yield Mistake(path, what, f"Name one as the value of {dimension!r}")
                elif len(parties) > 1:
                    what = f"The journals name several parties: {listed(list(parties))}"
                    yield Mistake(path, what, "Keep to one party in a process")


OF_DIMENSIONS = "text, choice, party or reference field"


def may_be_dimension(definition: Definition, dimension: str, name: str) -> bool:
    """Whether the field can be the value of the dimension."""
    field: AnyField | None = definition.fields_by_path().get(name)
    if dimension == "party":
        return isinstance(field, PartyField) and field.required and not rows_of(name)
    if isinstance(field, TextField) and field.lines:
        return False
    kinds = PartyField | TextField | ChoiceField | ReferenceField
    return isinstance(field, kinds) and field.required


def equals_name_amounts(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """What must be equal is money."""
    for i, pair in enumerate(definition.equal):
        for j, name in enumerate(pair):
            if not is_amount(definition, name):
                yield no_amount(definition, ("equal", i, j), name)


def differences(definition: Definition) -> Iterator[Counter[str]]:
    """What adds nothing to a side, since every input has to keep to it; empty when all is plain.

    Each pair that must be equal may be taken once, either way round.
    """
    pairs = [[leaves(definition, name) or Counter() for name in pair] for pair in definition.equal]
    for signs in product((0, 1, -1), repeat=len(pairs)):
        found: Counter[str] = Counter()
        for sign, (one, other) in zip(signs, pairs, strict=True):
            for name, count in one.items():
                found[name] += sign * count
            for name, count in other.items():
                found[name] -= sign * count
        yield Counter({name: count for name, count in found.items() if count})


def templates_balance(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """Both sides of a template are made of the same money fields, each as often.

    What the definition demands to be equal may stand for each other.
    """
    for name, journal in definition.journals.items():
        sides: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        read = list(lines_of(journal))
        whole = len(read) == len(journal.postings)
        for _index, line in read:
            found = leaves(definition, line.amount)
            whole = whole and found is not None
            sides[line.is_debit] += found or Counter()
        out = Counter(sides[True])
        out.subtract(sides[False])
        plain = Counter({name: count for name, count in out.items() if count})
        if whole and plain not in differences(definition):
            debit_only = listed(list((sides[True] - sides[False]).elements()))
            credit_only = listed(list((sides[False] - sides[True]).elements()))
            what = (
                f"The journal {name!r} does not balance: only on the debit side {debit_only}; "
                f"only on the credit side {credit_only}"
            )
            cure = "Name the same parts on both sides; a total stands for its parts"
            yield Mistake(("journals", name), what.replace("none so far", "nothing"), cure)


def dates_name_fields(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`date` and `due` name required date fields, or today."""
    fields = definition.fields.items()
    known = [n for n, field in fields if isinstance(field, DateField) and field.required]
    for name, journal in definition.journals.items():
        for key, value in (("date", journal.date), ("due", journal.due)):
            if value is not None and value not in (TODAY, *known):
                what = f"{value!r} is no required date field"
                yield Mistake(
                    ("journals", name, key), what, f"Use one of: {listed([*known, TODAY])}"
                )


def numbered_journals_have_a_series(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """A numbered entry needs a series to draw from."""
    for name, journal in definition.journals.items():
        if journal.numbered and definition.number is None:
            what = f"The journal {name!r} is numbered, but the definition has no `number`"
            cure = "Add number: {series: ..., pattern: ...}"
            yield Mistake(("journals", name, "numbered"), what, cure)


def one_name_per_meaning(definition: Definition, _: Vocabulary) -> Iterator[Mistake]:
    """`today` is the day of posting, so no field may be called that."""
    for name, field in definition.fields.items():
        inner = field.fields if isinstance(field, RowsField) else {}
        if TODAY in (name, *inner):
            what = "A field is named 'today', which means the day of posting"
            yield Mistake(("fields", name), what, "Give the field another name")


PROOF_OF_JOURNALS = (
    totals_name_parts,
    totals_are_acyclic,
    equals_name_amounts,
    postings_are_readable,
    accounts_exist,
    rows_agree,
    accounts_are_given,
    dimensions_name_fields,
    templates_balance,
    dates_name_fields,
    numbered_journals_have_a_series,
    one_name_per_meaning,
)
