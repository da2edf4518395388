"""A trading company with two branches, its year 2025-26 as textbooks have it, and who closes it.

All amounts in rupees:

                    Mysuru      Hubli    Head office      Total
    Sales          300,000    120,000                   420,000
    Purchases      180,000     90,000                   270,000
    Rent            24,000     36,000                    60,000
    Fees                                      10,000     10,000
    Profit          96,000     -6,000        -10,000     80,000

Its owners paid in 500,000, so its bank holds 500,000 + 80,000 = 580,000 at the year's end.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import text

from domain.ledger import figures, periods, years
from domain.ledger.figures import Question, Span
from domain.ledger.years import Closing
from sandbox.tenant import OPEN_ACCOUNT
from tests.book import Book

YEAR = "2025-26"
LAST_DAY = date(2026, 3, 31)
ACCOUNTS = {
    "retained_earnings": "equity",
    "exchange_clearing": "asset",
    "purchases": "expense",
    "advances_abroad": "asset",
}

TRADING = """
    2025-04-01  Capital paid in
      Dr  bank           500000.00 INR
      Cr  share_capital  500000.00 INR

    2025-10-01  Fees of the year
      Dr  professional_fees  10000.00 INR
      Cr  bank               10000.00 INR

    2025-11-05  Mysuru trades
      Cr  sales        300000.00 INR  branch Mysuru
      Dr  purchases    180000.00 INR  branch Mysuru
      Dr  office_rent   24000.00 INR  branch Mysuru
      Dr  bank          96000.00 INR

    2026-03-31  Hubli trades
      Cr  sales        120000.00 INR  branch Hubli
      Dr  purchases     90000.00 INR  branch Hubli
      Dr  office_rent   36000.00 INR  branch Hubli
      Cr  bank           6000.00 INR
"""

CLOSING = """
    2026-03-31  Closing of 2025-26
      Cr  professional_fees  10000.00 INR
      Dr  retained_earnings  10000.00 INR

    2026-03-31  Closing of 2025-26
      Cr  office_rent        24000.00 INR  branch Mysuru
      Cr  purchases         180000.00 INR  branch Mysuru
      Dr  sales             300000.00 INR  branch Mysuru
      Cr  retained_earnings  96000.00 INR  branch Mysuru

    2026-03-31  Closing of 2025-26
      Cr  office_rent        36000.00 INR  branch Hubli
      Cr  purchases          90000.00 INR  branch Hubli
      Dr  sales             120000.00 INR  branch Hubli
      Dr  retained_earnings   6000.00 INR  branch Hubli
"""

RAW = text("""
    SELECT p.account_id, p.currency, p.dimension_set_id, sum(greatest(p.amount, 0)) AS debit,
           -sum(least(p.amount, 0)) AS credit, sum(greatest(p.base_amount, 0)) AS base_debit,
           -sum(least(p.base_amount, 0)) AS base_credit
    FROM postings p JOIN journal_entries e ON e.id = p.entry_id
    WHERE e.company_id = :company AND p.entry_date <= :day
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
KEPT = text("""
    SELECT account_id, currency, dimension_set_id, debit, credit, base_debit, base_credit
    FROM period_balances WHERE closing_id = :closing ORDER BY 1, 2, 3
""")


class Trader(Book):
    """The book of the company, with what is done to its years."""

    def trade(self) -> None:
        """Open its accounts and post its first year."""
        with self.transaction() as connection:
            for code, kind in ACCOUNTS.items():
                stated = {"code": code, "title": code, "kind": kind, "opened_on": "2025-04-01"}
                connection.execute(OPEN_ACCOUNT, {"company": self.company, "stated": stated})
        self.post_all(TRADING)

    def post_all(self, written: str) -> None:
        """Post every entry in the notation."""
        for entry in written.strip().split("\n\n"):
            self.post(entry)

    def lock_months(self, year: str = YEAR) -> None:
        """Lock every month of a year; its adjustment period stays open."""
        deepa = self.tenant.person("deepa")
        with self.transaction() as connection:
            for period in periods.listed(connection, self.company):
                if period.fiscal_year == year and not period.is_adjustment:
                    periods.lock(connection, period.id, person=deepa, reason="Year end")

    def close(self, year: str = YEAR, **values: Any) -> Closing:
        """Close a year as deepa."""
        said = {
            "retained_earnings": "retained_earnings", "person": self.tenant.person("deepa"),
            "reason": "Audited", "key": f"close {year}", **values,
        }  # fmt: skip
        with self.transaction() as connection:
            return years.close(connection, self.company, year, **said)

    def lock_and_close(self, year: str = YEAR, **values: Any) -> Closing:
        """Lock a year's months, then close it."""
        self.lock_months(year)
        return self.close(year, **values)

    def reopen_year(self, year: str = YEAR, **values: Any) -> Closing:
        """Reopen a year: asha asks, bina checks."""
        said = {
            "maker": self.tenant.person("asha"), "checker": self.tenant.person("bina"),
            "reason": "Found by the auditor", "key": f"reopen {year}", **values,
        }  # fmt: skip
        with self.transaction() as connection:
            return years.reopen(connection, self.company, year, **said)

    def openings(self, year: str) -> years.Openings:
        """What a year opens with."""
        with self.transaction() as connection:
            return years.opening_balances(connection, self.company, year)

    def opened_with(self, year: str) -> dict[str, int]:
        """What a year opens with by account, in minor units of the base currency."""
        found: dict[str, int] = {}
        for balance in self.openings(year).balances:
            found[balance.code] = found.get(balance.code, 0) + balance.base_amount
        return found

    def closing_sums(self, since: date, until: date) -> dict[str, int]:
        """What closing moved, debits less credits by account in the base currency; none is none.

        It is what the figures of these days are with closing entries less what they are without.
        """
        asked = Question(self.company, (Span(since, until),))
        before = replace(asked, leaves_out=("closing",))
        with self.transaction() as connection:
            after, income = (
                figures.base_amounts(figures.ask(connection, question))
                for question in (asked, before)
            )
            codes = dict(connection.execute(text("SELECT id, code FROM accounts")).all())
        moved = {codes[each]: after.get(each, 0) - income.get(each, 0) for each in after | income}
        return {code: amount for code, amount in moved.items() if amount}

    def assert_snapshot_is_raw(self, closing: Closing) -> None:
        """What the closing kept is what the postings until its last day sum to."""
        with self.transaction() as connection:
            raw = connection.execute(RAW, {"company": self.company, "day": closing.ends_on}).all()
            kept = connection.execute(KEPT, {"closing": closing.id}).all()
        assert [tuple(row) for row in kept] == [tuple(row) for row in raw]
