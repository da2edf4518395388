"""The trial balance as it was before the catalogue: members and columns that callers rely on."""

import csv
import io
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from api.caller import Caller
from api.reporting import Asking
from api.shapes.ledger import TrialBody, trial_balance
from domain import money
from domain.access.company import Company
from domain.ledger import statements
from domain.reports.catalog import ReportType
from domain.reports.rendering.as_csv import guarded

TRIAL_BALANCE = "trial-balance"
TAKEN = {"as_of", "company", "format", "display"}


def asks_no_more(request: Request, type: ReportType) -> bool:
    """Whether it is the trial balance with nothing asked that it did not always take."""
    return type.name == TRIAL_BALANCE and set(request.query_params) <= TAKEN


def as_before(
    connection: Connection, caller: Caller, company: Company, asking: Asking
) -> TrialBody:
    """Its accounts and totals in their own members, which callers of the first version read."""
    found = statements.trial_balance(connection, company.id, as_of=asking.as_of)
    return trial_balance(caller, found, currency=company.base_currency, display=asking.display)


def in_csv(caller: Caller, body: TrialBody) -> bytes:
    """A row per account, the totals, and who took it out."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["account", "title", "kind", "currency", "debit", "credit"])
    for line in body.lines:
        sides = [
            money.plain(side.amount, side.currency) if side.amount else ""
            for side in (line.debit, line.credit)
        ]
        told = map(guarded, (line.account, line.title, line.kind))
        rows.writerow([*told, line.debit.currency, *sides])
    totals = (body.total.debit, body.total.credit)
    sums = [money.plain(total.amount, total.currency) for total in totals]
    rows.writerow(["total", "", "", body.total.debit.currency, *sums])
    as_of = body.as_of.isoformat() if body.as_of else "all that is posted"
    rows.writerow([f"Trial balance, {as_of}, for {caller.actor.name}, {caller.tenant_id}"])
    return sheet.getvalue().encode()


def in_json(body: TrialBody) -> dict[str, Any]:
    """What the trial balance has beside the table that every report is."""
    return {"as_of": body.as_of, "lines": body.lines, "total": body.total}
