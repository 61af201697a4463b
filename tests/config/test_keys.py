"""Every large table can be spread over many servers by member: its keys begin with the member's id."""

from __future__ import annotations

import pytest
from tests.database import Database

from motocho.outside.postgres import Role

BY_MEMBER = {
    "ledger_entry", "ledger_leg", "ledger_balance", "journal_row", "loan_agreement", "loan_event",
    "loan_terms", "loan_step", "loan_promise", "loan_mandate", "loan_debit", "loan_debit_left_out",
    "loan_payout", "loan_bill",
    "people_member", "loan_bureau_answer", "loan_income_evidence", "loan_check", "close_parked",
    "close_arrears", "close_task", "people_pin", "people_device", "people_session", "people_code", "people_passkey",
    "people_hold", "people_freeze", "people_fact", "people_card", "people_card_end", "people_card_loss", "people_card_return", "people_card_order", "people_card_order_step", "people_consent", "people_request", "people_barred",
    "contact_hold", "contact_attempt", "notices_message", "notices_mail", "notices_choice", "notices_bounce", "notices_return",
    "loan_survey", "loan_survey_use", "loan_unreached_cut", "loan_put_back", "screening_put_back", "loan_watch", "loan_employer_check", "screening_confirmation", "screening_unreached", "loan_rest", "loan_rest_asking", "contact_call_result", "contact_task", "contact_agreement", "contact_call_slot", "contact_use", "contact_override", "care_case", "care_case_step", "care_consultation",
    "care_draw_check", "care_fraud", "care_fraud_draw", "care_fraud_step", "care_family_look", "care_flag",
    "care_case_sorting", "care_case_call", "care_case_hold", "care_case_adr",
    "care_disclosure", "care_disclosure_step", "care_disclosure_file", "care_counter_visit",
    "care_pay_day", "care_offer", "screening_increase",
    "screening_inquiry", "screening_bureau_answer", "screening_bureau_judgement", "screening_report",
    "screening_bureau_sent", "screening_identity", "screening_identity_request", "screening_identity_step", "screening_identity_unread", "screening_suspicion", "care_stage", "care_stage_try", "care_identification", "documents_addressee",
    "screening_application", "screening_paper", "screening_employment", "screening_check", "screening_decision",
    "screening_claim", "screening_claim_paper", "screening_score", "screening_score_asked",
    "screening_origin", "screening_particulars", "screening_signal", "screening_handed_in",
    "screening_approval", "screening_acceptance", "screening_contract", "screening_card_wish", "screening_review",
    "care_identity_check", "care_memo",
    "care_workplace", "care_talk", "care_talk_identity", "care_talk_answer", "care_talk_end",
    "care_talk_draft", "contact_counterpart", "care_talk_particulars",
    "care_approval", "care_approval_decision",
    "care_talk_review",
    "care_claim",
    "care_counsel", "care_settlement", "care_visit", "care_visit_log",
    "care_legal_case", "care_legal_step",
    "documents_paper", "documents_post", "documents_conclusion", "documents_lacking", "documents_held",
    "documents_handed",
}  # fmt: skip
SMALL = {
    "ledger_account": "the chart: copied everywhere",
    "ledger_pair": "the chart: copied everywhere",
    "ledger_seal": "one row a day",
    "screening_watch_day": "one row a day",
    "loan_product": "a few rows: copied everywhere",
    "loan_debit_day": "one row a month",
    "people_number": "looked up by number: spread by it",
    "people_login_count": "by the number as typed, whoever has it: spread by it",
    "people_login_try": "an hour of tries",
    "people_login_pressure": "ten minutes of pressure",
    "people_login_turn": "ten minutes of turns",
    "people_alarm": "a row a kind, cause and ten minutes",
    "people_account_list": "some rows a year",
    "people_listed_account": "looked up by its mark: spread by it",
    "care_family_report": "some rows a day",
    "people_freeze_link": "looked up by its hash: spread by it",
    "people_invitation": "looked up by its hash: spread by it",
    "people_claim": "minutes of what somebody typed",
    "people_asking": "an hour of askings",
    "people_staff": "a row a colleague",
    "people_staff_session": "some rows a colleague and day",
    "people_staff_role": "some rows a colleague",
    "people_staff_secret": "a row a colleague",
    "people_staff_count": "by the login name as typed",
    "people_staff_passkey": "some rows a colleague",
    "people_staff_challenge": "five minutes of challenges",
    "people_staff_enrolment": "some rows a colleague",
    "close_day": "one row",
    "close_step": "some rows a day",
    "close_total": "a row a day and account",
    "close_accrual": "some rows a day",
    "close_reader": "a row a step",
    "notices_reader": "one row",
    "documents_reader": "one row",
    "documents_upload": "looked up by its reference: spread by it",
    "documents_page": "with its upload",
    "documents_verdict": "with its upload",
    "documents_try": "a day of files that could not be read",
    "care_setting": "some rows a year: copied everywhere",
    "care_approval_kind": "a row a kind",
    "care_refund_policy": "a row a policy",
    "screening_identity_policy": "a row a policy",
    "care_talk_open": "a row a colleague who is on a call: looked up by the colleague",
    "care_ivr_call": "a day of calls, looked up by their mark",
    "close_bank_line": "an inbox: spread by the bank's key",
    "screening_bureau": "a row a membership",
    "screening_identity_duty": "one row",
    "screening_application_duty": "one row",
    "screening_draft": "weeks of what somebody fills in, of nobody yet",
    "screening_draft_code": "with its draft",
    "screening_link": "looked up by its hash: spread by it",
    "screening_link_claim": "minutes of askings",
    "screening_bureau_reader": "a row a membership",
    "screening_bureau_file": "some rows a day",
    "screening_bureau_taken": "some rows a day",
}
ROOMS = (
    "ledger_", "journal_", "loan_", "people_", "close_", "contact_", "documents_", "notices_",
    "care_", "screening_",
)  # fmt: skip
KEYS = """
SELECT c.relname, con.conname, con.contype, f.relname,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = con.conkey[1])
FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid
LEFT JOIN pg_class f ON f.oid = con.confrelid
WHERE con.contype IN ('p', 'u', 'f') AND c.relkind IN ('r', 'p')
"""
UNIQUE_INDEXES = """
SELECT t.relname, i.relname,
    (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = x.indkey[0])
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
"""


@pytest.fixture
def tables(database: Database) -> set[str]:
    with database.connect(Role.OWNER) as owner:
        rows = owner.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    return {name for (name,) in rows if name.startswith(ROOMS)}


def test_every_table_is_known_to_be_large_or_small(tables: set[str]) -> None:
    assert tables == BY_MEMBER | set(SMALL)


def test_keys_of_large_tables_begin_with_the_member(database: Database, tables: set[str]) -> None:
    with database.connect(Role.OWNER) as owner:
        keys = owner.execute(KEYS).fetchall()
        indexes = owner.execute(UNIQUE_INDEXES).fetchall()
    for table, name, kind, refers_to, first in keys:
        if table in BY_MEMBER and not (kind == "f" and refers_to in SMALL):
            assert first == "member_id", f"{table}: {name} begins with {first}"
    for table, name, first in indexes:
        if table in BY_MEMBER:
            assert first == "member_id", f"{table}: {name} begins with {first}"
