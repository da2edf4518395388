"""Every code a problem may carry, with its HTTP status and its cure. The one table of both."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """The status that a rule's refusal answers with, and what the caller can do about it."""

    status: int
    cure: str


LOOK_UP = "Look up the id in a list; ids of other tenants do not exist here."
CORRECT = "Correct the value that `errors` points to and send it again."
FINISHED = "Read the process; it has moved on."
OPERATOR = "Tell whoever runs this installation, with the request_id."
WAIT = "Send the same request again after `retry_after` seconds."
OTHER_PERSON = "Ask one of the people named in `who`."

CODES = {
    # 400: the request cannot be read.
    "json_must_be_well_formed": Code(400, "Send one JSON object in UTF-8."),
    "api_version_must_be_known": Code(400, "Leave API-Version out or use a listed date."),
    "request_must_be_well_formed": Code(400, "Correct the query or header that `errors` names."),
    "filter_must_be_known": Code(400, "Use one of the filters in `errors[].allowed`."),
    "filter_must_be_readable": Code(400, "Correct the value of the filter."),
    "cursor_must_be_ours": Code(400, "Pass `next_cursor` of the page before, unchanged."),
    "idempotency_key_missing": Code(400, "Send Idempotency-Key: a fresh text of 1 to 255 letters."),
    "idempotency_key_must_be_well_formed": Code(400, "Use 1 to 255 visible ASCII characters."),
    # 401: who calls is not known.
    "token_must_be_given": Code(401, "Send Authorization: Bearer with a token."),
    "token_must_be_valid": Code(401, "Sign in again."),
    "token_must_not_be_expired": Code(401, "Sign in again."),
    "user_must_be_active": Code(401, "Ask an administrator to switch the login on."),
    # 403: she may not.
    "role_must_allow_action": Code(403, OTHER_PERSON),
    "role_must_allow_reading": Code(403, OTHER_PERSON),
    "limit_exceeded": Code(403, OTHER_PERSON),
    "checker_must_differ_from_maker": Code(403, OTHER_PERSON),
    "checkers_must_be_distinct": Code(403, OTHER_PERSON),
    "maker_must_correct": Code(403, "Ask the person who entered it."),
    "actor_must_be_signed": Code(403, "Send the instruction through the API."),
    # 404: the addressed object is not here.
    "route_must_exist": Code(404, "See /v1/openapi.json for the paths."),
    "process_must_exist": Code(404, LOOK_UP),
    "task_must_exist": Code(404, LOOK_UP),
    "exception_must_exist": Code(404, LOOK_UP),
    "entry_must_exist": Code(404, LOOK_UP),
    "hold_must_exist": Code(404, LOOK_UP),
    "report_must_exist": Code(404, "See /v1/reports for the names."),
    "action_must_exist": Code(404, "Use an action of the process type."),
    "id_must_be_well_formed": Code(404, LOOK_UP),
    # 405, 413, 415: HTTP.
    "method_must_be_allowed": Code(405, "Use a method of the Allow header."),
    "body_must_not_be_too_large": Code(413, "Send at most 1 MB; split the input up."),
    "content_type_must_be_json": Code(415, "Send Content-Type: application/json."),
    # 409: it stands against what is so.
    "idempotency_in_progress": Code(409, WAIT),
    "already_decided": Code(409, FINISHED),
    "already_resolved": Code(409, FINISHED),
    "already_reversed": Code(409, "Read the entry; its reversal is linked."),
    "document_must_be_unique": Code(409, "Look at the process that holds the same document."),
    "external_ref_must_be_unique": Code(409, "Look at the process with this reference."),
    "task_must_be_open": Code(409, FINISHED),
    "task_must_be_an_approval": Code(409, "Amend the process instead."),
    "exception_must_be_open": Code(409, FINISHED),
    "process_must_be_open": Code(409, FINISHED),
    "action_must_fit_stage": Code(409, FINISHED),
    "not_cancellable_after_posting": Code(409, "Cancel with `reverse`, which posts the mirror."),
    "not_cancellable_after_payment": Code(409, "Mend the cause and retry."),
    "compensation_must_finish": Code(409, "Mend the cause and retry."),
    "outcome_must_be_known": Code(409, "Retry: the partner is asked first."),
    "effect_key_must_have_one_content": Code(409, "Use a fresh Idempotency-Key."),
    "record_must_stay": Code(409, "Correct it with a new entry."),
    "reversal_must_stay": Code(409, "Post the entry again instead."),
    "reversal_must_use_reverse": Code(409, "Reverse the entry instead of posting."),
    "period_must_not_be_closed": Code(409, "Reopen its fiscal year first."),
    # 412 and 428: what was seen.
    "subject_changed": Code(412, "Look at the task again; `changes` says what changed."),
    "if_match_missing": Code(428, "Send If-Match with the ETag (subject_hash) of the task."),
    # 422: the content breaks a rule.
    "body_must_match_schema": Code(422, CORRECT),
    "input_must_match_definition": Code(422, CORRECT),
    "amount_out_of_range": Code(422, CORRECT),
    "idempotency_key_mismatch": Code(422, "Use a fresh key, or send the first body again."),
    "process_type_must_exist": Code(422, "Use one of the types of /v1/process-types."),
    "company_must_exist": Code(422, "Use a company of /v1/me."),
    "company_must_be_named": Code(422, "Name one of the companies of /v1/me."),
    "party_must_exist": Code(422, CORRECT),
    "account_must_exist": Code(422, CORRECT),
    "account_must_be_named": Code(422, CORRECT),
    "heading_must_take_no_postings": Code(422, "Use an account below the heading."),
    "account_must_be_of_kind": Code(422, CORRECT),
    "account_must_be_open": Code(422, CORRECT),
    "account_must_take_currency": Code(422, CORRECT),
    "period_must_exist": Code(422, "Open the fiscal year first, or correct the date."),
    "period_must_be_readable": Code(422, "Write 2026-07, FY2026-27 or FY2026-27-Q1."),
    "parameter_must_be_known": Code(422, "Use what /v1/reports says the report takes."),
    "language_must_be_known": Code(422, "Use en or hi."),
    "layout_must_exist": Code(422, "Use a layout that /v1/reports names."),
    "page_must_fit": Code(422, "Ask for fewer rows."),
    "range_must_run_forward": Code(422, CORRECT),
    "account_must_be_named_to_read": Code(422, "Add `account` with the code of one."),
    "comparison_must_be_known": Code(422, CORRECT),
    "comparison_must_stand_alone": Code(422, "Ask for `compare` or for `by`."),
    "known_at_must_have_zone": Code(422, CORRECT),
    "known_at_must_be_past": Code(422, CORRECT),
    "dimension_must_be_known": Code(422, CORRECT),
    "scale_must_fit_format": Code(422, "Leave `scale` out, or ask for XLSX, PDF or HTML."),
    "letters_must_be_printable": Code(422, "Ask for HTML or XLSX."),
    "report_must_fit_format": Code(422, "Narrow the report, or ask for CSV or XLSX."),
    "amount_must_be_in_currency_of_bands": Code(422, CORRECT),
    "arithmetic_must_agree": Code(422, CORRECT),
    "currency_must_be_known": Code(422, CORRECT),
    "dates_must_be_in_order": Code(422, CORRECT),
    "gstin_check_character_must_agree": Code(422, "Correct the GSTIN of the master record."),
    "gstin_must_be_well_formed": Code(422, "Correct the GSTIN of the master record."),
    "gstin_state_must_exist": Code(422, "Correct the GSTIN of the master record."),
    "tax_must_follow_place_of_supply": Code(422, CORRECT),
    "vendor_gstin_must_be_valid": Code(422, "Correct the GSTIN of the vendor first."),
    "vendor_must_be_active": Code(422, "Activate the vendor first, or use another."),
    "vendor_must_have_bank_account": Code(422, "Add the vendor's bank account first."),
    "payload_must_be_readable": Code(422, "Use the key that encrypted the payload."),
    "reason_must_be_given": Code(422, "Send a `reason` in plain words."),
    "decision_must_be_known": Code(422, "Use approve, reject or send_back."),
    "resolution_must_be_known": Code(422, "Use retry or cancel."),
    "money_must_be_readable": Code(422, CORRECT),
    "money_must_fit_currency": Code(422, CORRECT),
    "duration_must_be_readable": Code(422, CORRECT),
    "time_must_be_readable": Code(422, CORRECT),
    "narration_must_be_one_line": Code(422, CORRECT),
    "notation_must_be_readable": Code(422, CORRECT),
    "entry_must_balance": Code(422, CORRECT),
    "entry_must_balance_in_base_currency": Code(422, CORRECT),
    "entry_must_have_narration": Code(422, CORRECT),
    "entry_must_have_two_postings": Code(422, CORRECT),
    "posting_must_not_be_zero": Code(422, CORRECT),
    "base_amount_must_be_given": Code(422, CORRECT),
    "balance_out_of_range": Code(422, "Use another account."),
    "number_must_hold_sequence": Code(422, "Correct the number's pattern in the definition."),
    "account_must_be_empty": Code(409, "Move what it holds to another account first."),
    "limited_account_must_have_one_slot": Code(409, "Limit an account that has one slot."),
    "balance_must_stay_above_floor": Code(409, "Take less, or raise what the account holds."),
    "balance_must_stay_below_ceiling": Code(409, "Bring less, or raise the ceiling."),
    "chain_must_hold": Code(409, "Correct the first refused item of the chain and post it again."),
    "hold_must_be_open": Code(409, "Place a new hold."),
    "hold_must_cover_amount": Code(409, "Take what is left of it, or place another hold."),
    "account_must_keep_kind": Code(409, "Open another account for another kind."),
    "base_amount_must_equal_amount": Code(422, CORRECT),
    "account_must_be_unique": Code(422, "Use another code, or the account that there is."),
    "account_must_stand_under_a_heading": Code(422, "Name a heading of the chart as parent."),
    "account_must_take_postings": Code(422, "Use an account below the heading."),
    "dimension_must_be_given": Code(422, CORRECT),
    "dimension_must_be_left_out": Code(422, CORRECT),
    "amount_must_be_positive": Code(422, CORRECT),
    "base_amount_must_fit_amount": Code(422, CORRECT),
    "batch_mode_must_be_known": Code(422, CORRECT),
    "posting_must_have_account_and_dimensions": Code(422, CORRECT),
    "posting_must_have_entry": Code(422, CORRECT),
    "ceiling_must_not_be_below_floor": Code(422, CORRECT),
    "hold_must_expire_later": Code(422, CORRECT),
    # 423: the book is closed there.
    "period_locked": Code(423, "Use a date in an open period, or ask for it to be reopened."),
    # 500 and 503: not the caller's doing.
    "internal_fault": Code(500, OPERATOR),
    "setting_must_be_given": Code(500, OPERATOR),
    "definition_must_be_released": Code(500, OPERATOR),
    "login_must_be_bound_by_row_security": Code(500, OPERATOR),
    "production_must_not_be_tampered_with": Code(500, OPERATOR),
    "database_must_answer": Code(503, WAIT),
    "engine_must_answer": Code(503, WAIT),
    "worker_must_answer": Code(503, WAIT),
    "installation_must_be_ready": Code(503, WAIT),
    "answer_must_come_in_time": Code(503, WAIT),
}  # fmt: skip

RETRYABLE = frozenset({"idempotency_in_progress", "internal_fault"})


def status_of(code: str) -> int:
    """The status of a code. One that is not in the table is our fault, so 500."""
    return CODES[code].status if code in CODES else 500


def title_of(code: str) -> str:
    """`Entry must balance`."""
    return code.replace("_", " ").capitalize()


def is_retryable(code: str) -> bool:
    """Whether the same request may succeed later without anybody changing anything."""
    return status_of(code) == 503 or code in RETRYABLE
