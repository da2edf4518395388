"""Reports: which there are, and each as JSON or CSV from one address."""

import base64
import csv
import hashlib
import io
from datetime import date

from fastapi import APIRouter, Request, Response

from api.answers import read
from api.caller import Caller, ReadsLedger
from api.documentation import problems
from api.edge import AtHand
from api.lists import conditions
from api.routes.ledger import book
from api.shapes.ledger import ReportName, Reports, TrialBody, trial_balance
from domain import money
from domain.ledger import statements

router = APIRouter(prefix="/reports", tags=["Reports"])

TRIAL_BALANCE = ReportName(
    name="trial-balance",
    title="Trial balance",
    parameters=["as_of", "company"],
    formats=["application/json", "text/csv"],
    href="/v1/reports/trial-balance",
)


@router.get("", response_model=Reports, responses=problems(401, 403))
def list_reports(request: Request, caller: ReadsLedger) -> Response:
    """The reports that there are."""
    return read(request, Reports(data=[TRIAL_BALANCE]))


@router.get(
    "/trial-balance",
    response_model=TrialBody,
    responses={200: {"content": {"text/csv": {}}}, **problems(400, 401, 403, 422)},
)
def get_trial_balance(
    request: Request,
    *,
    edge: AtHand,
    caller: ReadsLedger,
    as_of: date | None = None,
    company: str | None = None,
    display: bool = False,
) -> Response:
    """The trial balance at the end of a day; CSV when the Accept header asks for it."""
    conditions(request, {}, besides=("company", "as_of"))
    with book(edge, caller, company) as (connection, of):
        found = statements.trial_balance(connection, of.id, as_of=as_of)
    body = trial_balance(caller, found, currency=of.base_currency, display=display)
    if "text/csv" in request.headers.get("accept", ""):
        return as_csv(caller, body)
    return read(request, body)


def as_csv(caller: Caller, body: TrialBody) -> Response:
    """The same as a sheet: a row per account, the totals, and who took it out."""
    sheet = io.StringIO()
    rows = csv.writer(sheet)
    rows.writerow(["account", "title", "kind", "currency", "debit", "credit"])
    for line in body.lines:
        sides = [
            money.plain(side.amount, side.currency) if side.amount else ""
            for side in (line.debit, line.credit)
        ]
        rows.writerow([line.account, line.title, line.kind, line.debit.currency, *sides])
    totals = (body.total.debit, body.total.credit)
    sums = [money.plain(total.amount, total.currency) for total in totals]
    rows.writerow(["total", "", "", body.total.debit.currency, *sums])
    as_of = body.as_of.isoformat() if body.as_of else "all that is posted"
    rows.writerow([f"Trial balance, {as_of}, for {caller.actor.name}, {caller.tenant_id}"])
    text = sheet.getvalue()
    headers = {
        "Content-Disposition": "attachment; filename=trial-balance.csv",
        "Content-Digest": f"sha-256=:{digest_of(text)}:",
    }
    return Response(text, 200, headers, media_type="text/csv")


def digest_of(text: str) -> str:
    """The SHA-256 in base 64, as RFC 9530 writes it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
