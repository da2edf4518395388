"""Reports: which there are, and each as JSON, CSV, XLSX, PDF or HTML from one address."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api import first_trial_balance, formats, reporting
from api.answers import next_url, read
from api.caller import ReadsLedger
from api.documentation import problems
from api.edge import AtHand
from api.lists import conditions
from api.problems import addressed
from api.reporting import Asking, Language
from api.routes.ledger import one_state
from api.shapes.report import ReportBody, ReportName, Reports
from api.shapes.report import report as body_of
from domain.access.company import today
from domain.reports.rendering.cover import Cover
from domain.reports.rendering.format import Format, rendered

router = APIRouter(prefix="/reports", tags=["Reports"])

FILES: dict[str, Any] = {each.media_type: {} for each in Format if each is not Format.JSON}
DIMENSION = {
    "name": "dimension.NAME",
    "in": "query",
    "description": "Only postings of this value, such as dimension.branch=BLR. Several combine.",
    "schema": {"type": "string"},
}


@router.get("", response_model=Reports, responses=problems(400, 401, 403))
def list_reports(
    request: Request, caller: ReadsLedger, language: Language = Language.EN
) -> Response:
    """The reports that there are, and what each takes."""
    conditions(request, {}, besides=("language",))
    data = [
        ReportName(
            name=each.name,
            title=each.title.read(language.value),
            parameters=list(reporting.taken_by(each)),
            layouts=list(each.layouts),
            formats=[format.media_type for format in Format],
            href=f"/v1/reports/{each.name}",
        )
        for each in reporting.reports().reports.values()
    ]
    return read(request, Reports(data=data))


@router.get(
    "/{name}",
    response_model=ReportBody,
    responses={200: {"content": FILES}, **problems(400, 401, 403, 404, 422)},
    openapi_extra={"parameters": [DIMENSION]},
)
def get_report(
    name: str,
    request: Request,
    asking: Annotated[Asking, Query()],
    *,
    edge: AtHand,
    caller: ReadsLedger,
) -> Response:
    """A report. The Accept header or `format` says how: JSON, CSV, XLSX, PDF or HTML."""
    with addressed("report"):
        type = reporting.reports().get(name)
    format = formats.wanted(request, asking.format)
    as_before = None
    with one_state(edge, caller, asking.company) as (connection, of):
        wanted = reporting.asked(request, connection, type, asking, company=of)
        whole = format is not Format.JSON and asking.cursor is None
        found = reporting.made(connection, type, wanted, company=of, whole=whole)
        if first_trial_balance.asks_no_more(request, type):
            as_before = first_trial_balance.as_before(connection, caller, of, asking)
        taken_on = today(connection)
    if format is Format.JSON:
        more = first_trial_balance.in_json(as_before) if as_before else {"as_of": asking.as_of}
        next = {"next_url": next_url(request, found.next)}
        return read(request, body_of(caller, found, display=asking.display, **more, **next))
    if format is Format.CSV and as_before:
        content = first_trial_balance.in_csv(caller, as_before)
    else:
        cover = Cover(caller.actor.name, caller.tenant_id, taken_on, asking.scale)
        content = rendered(found, format, cover)
    return formats.file(request, content, format, name=name)
