"""Accounts and their chart: opened, grouped, renamed, closed; a chart's mistakes all at once."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definitions.mistakes import DefinitionErrors
from domain.ledger import accounts, chart, hierarchy
from domain.ledger.accounts import Account, Opening
from sandbox.tenant import CHART, standard_chart
from tests.domain.refused import refused


@pytest.fixture
def opening(book) -> Opening:
    return Opening(
        company=book.company,
        code="art",
        title="Paintings",
        kind="asset",
        opened_on=date(2026, 4, 1),
        parent="non_current_assets",
        statement_line="other_non_current_assets",
        cash_flow="investing",
        required_dimensions=("branch",),
        translations=(("hi", "चित्र"),),
    )


def open_it(book, opening):
    with book.transaction() as connection:
        return accounts.open_account(connection, opening)


def named(book, code):
    with book.transaction() as connection:
        return accounts.named(connection, book.company, code)


def test_an_account_is_what_was_stated_of_it(book, opening):
    found = open_it(book, opening)

    art = named(book, "art")
    assert art.id == found
    assert art.parent == named(book, "non_current_assets").id
    assert (art.normal_side, art.cash_flow, art.required_dimensions) == (
        "debit", "investing", ("branch",),
    )  # fmt: skip
    assert (art.titled("hi"), art.titled("en"), art.titled("ta")) == (
        "चित्र", "Paintings", "Paintings",
    )  # fmt: skip


def test_opening_it_again_changes_nothing_or_what_is_stated(book, opening):
    first = open_it(book, opening)
    before = book.state()
    assert open_it(book, opening) == first
    assert book.state() == before

    assert open_it(book, replace(opening, title="Works of art", parent="fixed_assets")) == first
    assert named(book, "art").title == "Works of art"
    assert named(book, "art").parent == named(book, "fixed_assets").id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": " "}, "account_must_be_named"),
        ({"title": ""}, "account_must_be_named"),
        ({"kind": "assets"}, "account_kind_must_be_known"),
        ({"normal_side": "left"}, "account_normal_side_must_be_known"),
        ({"cash_flow": "trading"}, "account_cash_flow_must_be_known"),
        ({"control": "stock"}, "account_control_must_be_known"),
        ({"is_heading": True}, "heading_must_take_no_postings"),
        ({"parent": "bank"}, "account_must_stand_under_a_heading"),
        ({"parent": "no_such"}, "account_must_stand_under_a_heading"),
        ({"code": "bank", "kind": "income"}, "account_must_keep_kind"),
    ],
)
def test_what_is_no_account_is_refused(book, opening, changes, code):
    before = book.state()
    with refused(code):
        open_it(book, replace(opening, **changes))
    assert book.state() == before


def test_entries_follow_an_account_to_its_new_code(book):
    book.post(book.sale(100))
    with book.transaction() as connection:
        accounts.rename(connection, book.company, "bank", new_code="current_account")
    assert book.balance("current_account") == 100
    assert book.integrity().holds
    for code, new, refusal in (
        ("bank", "hundi", "account_must_exist"),
        ("sales", "current_account", "account_must_be_unique"),
    ):
        with refused(refusal), book.transaction() as connection:
            accounts.rename(connection, book.company, code, new_code=new)


def test_an_empty_account_is_closed_and_takes_no_more(book):
    book.post(book.sale(100, on=date(2026, 7, 1)))
    for code, day, refusal in (
        ("bank", date(2026, 7, 31), "account_must_be_empty"),
        ("no_such", date(2026, 7, 31), "account_must_exist"),
    ):
        with refused(refusal), book.transaction() as connection:
            accounts.close(connection, book.company, code, last_day=day)
    for _ in range(2):
        with book.transaction() as connection:
            accounts.close(connection, book.company, "travel", last_day=date(2026, 7, 10))
    with refused("account_must_be_open"):
        book.post("""
            2026-07-11  Too late
              Dr  travel  1.00 INR
              Cr  bank    1.00 INR
        """)


def test_a_heading_takes_no_postings(book):
    with refused("account_must_take_postings"):
        book.post("""
            2026-07-11  On a heading
              Dr  current_assets  1.00 INR
              Cr  bank            1.00 INR
        """)


def test_the_standard_chart_opens_whole_and_again_adds_nothing(book):
    before = book.state()
    with book.transaction() as connection:
        chart.open_chart(connection, book.company, standard_chart(), on=date(2025, 4, 1))
        held = accounts.listed(connection, book.company)
    assert book.state() == before
    assert {account.code for account in held} == {
        *standard_chart().headings,
        *standard_chart().accounts,
    }
    assert all(account.parent is not None for account in held if not account.is_heading)


MISTAKES = """headings:
  assets: {title: Assets, kind: asset}
  circle: {title: Circle, kind: asset, parent: round}
  round: {title: Round, kind: asset, parent: circle}
accounts:
  bank: {title: Bank, kind: asset, parent: nowhere}
  sales: {title: Sales, kind: income, parent: assets}
  assets: {title: Twice, kind: asset}
  art: {title: Art, kind: asset, required_dimensions: [branch], forbidden_dimensions: [branch]}
"""


def test_every_mistake_of_a_chart_comes_at_once_with_its_line(tmp_path: Path):
    file = tmp_path / "chart.yaml"
    file.write_text(MISTAKES)
    with pytest.raises(DefinitionErrors) as caught:
        chart.read(file)
    assert [(error.line, error.what.split(" ")[0]) for error in caught.value.errors] == [
        (3, "'circle'"), (4, "'round'"), (6, "'bank'"), (7, "'sales'"), (8, "'assets'"),
        (9, "'art'"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("accounts: {bank: {title: Bank, kind: assets}}", "none of the words known"),
        ("accounts: {bank: {title: Bank, kind: asset, parnt: x}}", "Did you mean 'parent'"),
        ("accounts: {}", "is empty or too short"),
        ("accounts: {bank: {kind: asset}}", "is missing"),
        ("accounts: {bank: ", "cannot be read as YAML"),
        ("", "The file is empty"),
    ],
)
def test_a_chart_that_cannot_be_read_says_why(tmp_path, wrong, said):
    file = tmp_path / "chart.yaml"
    file.write_text(wrong)
    with pytest.raises(DefinitionErrors, match=said):
        chart.read(file)


def test_the_shipped_chart_is_read_whole():
    assert chart.read(CHART) == standard_chart()


def tree(parents: list[int | None]) -> dict[int, Account]:
    day = date(2026, 4, 1)
    company = uuid4()
    return {
        id: Account(id, company, str(id), str(id), "asset", None, day, None, parent)
        for id, parent in enumerate(parents)
    }


@given(st.data())
def test_a_heading_is_the_sum_of_all_under_it(data):
    # Each account stands under none or under one of those before it.
    parents = [data.draw(st.none() | st.integers(0, id - 1)) if id else None for id in range(12)]
    held = tree(parents)
    amounts = {id: (data.draw(st.integers(-99, 99)),) for id in held}
    summed = hierarchy.rolled_up(held, amounts)
    for id in held:
        below = sum(summed[child][0] for child, parent in enumerate(parents) if parent == id)
        assert summed[id][0] == amounts[id][0] + below
    walked = [account.id for account, _ in hierarchy.walked(held)]
    assert sorted(walked) == sorted(held)
    assert all(
        parent is None or walked.index(parent) < walked.index(id)
        for id, parent in enumerate(parents)
    )
