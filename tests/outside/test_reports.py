"""Delivery reports as several makers write them, and whatever else lies in such a mailbox."""

from __future__ import annotations

from email import message_from_bytes, policy
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.outside.reports import (
    MAKERS,
    REPORTS,
    Maker,
    delayed,
    exchange,
    exim,
    gmail,
    postfix,
    returned,
)

from motocho.outside.mail import LARGEST_REPORT_BYTES, Delivery, Report, read_report
from motocho.units.errors import Unread

ID = "6f1c9a52-0b7e-4d1c-9c6e-2f4d8a913b70"
OTHER_ID = "00000000-1111-4222-8333-444444444444"


def code_of(data: bytes) -> str:
    found = read_report(data)
    assert isinstance(found, Unread), found
    return found.code


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_each_makers_report_names_the_letter_and_a_lasting_failure(maker: Maker) -> None:
    data = maker(ID)
    assert message_from_bytes(data, policy=policy.default).get_content_type() == "multipart/report"
    assert read_report(data) == Report(ID, Delivery.NOBODY)
    assert read_report(data.replace(b"\n", b"\r\n")) == Report(ID, Delivery.NOBODY)


@pytest.mark.parametrize(
    ("action", "status", "delivery"),
    [
        ("failed", "5.1.1", Delivery.NOBODY),
        ("failed", "5.1.10", Delivery.NOBODY),
        ("Failed", "5.0.0", Delivery.NOBODY),
        ("failed", "5.2.1", Delivery.NOBODY),
        ("failed", "5.4.4 (unable to route: no mail hosts for domain)", Delivery.NOBODY),
        ("failed", "5.2.2 (mailbox full)", Delivery.CAME_BACK),
        ("failed", "5.3.4", Delivery.CAME_BACK),
        ("failed", "5.6.0", Delivery.CAME_BACK),
        ("failed", "5.7.1", Delivery.CAME_BACK),
        ("failed", "5.4.7", Delivery.CAME_BACK),
        ("failed", "4.4.7", Delivery.CAME_BACK),
        ("failed", "4.4.1", Delivery.CAME_BACK),
        ("delayed", "4.4.7", Delivery.UNDER_WAY),
        ("delayed", "5.1.1", Delivery.UNDER_WAY),
        ("delivered", "2.1.5", Delivery.UNDER_WAY),
        ("relayed", "2.0.0", Delivery.UNDER_WAY),
    ],
)  # fmt: skip
def test_only_what_fails_for_good_and_is_of_the_address_marks_it(
    action: str, status: str, delivery: Delivery
) -> None:
    for maker in (postfix, gmail):
        assert read_report(maker(ID, action, status)) == Report(ID, delivery)


def test_delay_warnings_are_no_bounces() -> None:
    assert read_report(delayed(ID)) == Report(ID, Delivery.UNDER_WAY)


def test_of_several_recipients_the_mildest_holds() -> None:
    """The address was forwarded to two; one of them has it."""
    two = postfix(ID).replace(
        b"Diagnostic-Code:",
        b"Remote-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; b@example.net\nAction: relayed"
        b"\nStatus: 2.0.0\nDiagnostic-Code:",
        1,
    )
    assert read_report(two) == Report(ID, Delivery.UNDER_WAY)


def test_what_hangs_on_the_returned_mail_is_not_read() -> None:
    """A letter of ours below another mail, as an attachment, says nothing of itself."""
    inner = b"Content-Type: message/rfc822\n\n" + returned(OTHER_ID)
    mixed = (
        b"From: notice@example.com\nMessage-ID: <%s@example.com>\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="in"\n\n--in\nContent-Type: text/plain\n\nx\n'
        b"--in\n%s\n--in--\n" % (ID.encode(), inner)
    )
    report = postfix(ID).replace(returned(ID), mixed)
    assert read_report(report) == Report(ID, Delivery.NOBODY)
    attached = b'Content-Type: multipart/mixed; boundary="o"\n\n--o\n%s\n--o--\n' % postfix(ID)
    assert code_of(attached) == "MAI-011"


@pytest.mark.parametrize(
    ("found", "changed", "code"),
    [
        (b"report-type=delivery-status", b"report-type=disposition-notification", "MAI-011"),
        (b"multipart/report", b"multipart/mixed", "MAI-011"),
        (b"message/delivery-status", b"text/plain", "MAI-011"),
        (b"Content-Type: message/rfc822", b"Content-Type: text/html", "MAI-011"),
        (b"Action: failed\n", b"", "MAI-012"),
        (b"Action: failed\n", b"Action: failed\nAction: delayed\n", "MAI-012"),
        (b"Action: failed", b"Action: exploded", "MAI-012"),
        (b"Status: 5.1.1\n", b"", "MAI-012"),
        (b"Status: 5.1.1", b"Status: 9.1.1", "MAI-012"),
        (b"Status: 5.1.1", b"Status: 550", "MAI-012"),
        (ID.encode(), b"code-7-12", "MAI-013"),
        (ID.encode(), ID.upper().encode(), "MAI-013"),
        (b"\nMessage-ID:", b"\nX-Was-Message-ID:", "MAI-013"),
        (
            b"\nMessage-ID:",
            f"\nMessage-ID: <{OTHER_ID}@example.com>\nMessage-ID:".encode(),
            "MAI-013",
        ),
    ],
)
def test_forged_or_broken_reports_name_no_letter(found: bytes, changed: bytes, code: str) -> None:
    data = postfix(ID)
    assert found in data
    assert code_of(data.replace(found, changed)) == code


def test_a_cut_report_is_not_read() -> None:
    data = postfix(ID)
    for length in range(0, len(data.rstrip()) - 2, 7):
        assert isinstance(read_report(data[:length]), Unread)


def test_two_returned_mails_name_no_letter() -> None:
    closing = postfix(ID).rstrip().rsplit(b"\n", 1)[1]
    more = closing[:-2] + b"\nContent-Type: message/rfc822\n\n" + returned(OTHER_ID) + closing
    assert code_of(postfix(ID).replace(closing, more)) == "MAI-011"


def test_a_reply_is_no_report() -> None:
    assert code_of(returned(ID)) == "MAI-011"
    assert code_of(b"") == "MAI-011"


def test_what_is_too_large_is_not_looked_at() -> None:
    data = postfix(ID).replace(b"This is the mail system", b"x" * LARGEST_REPORT_BYTES)
    assert code_of(data) == "MAI-010"
    most = postfix(ID)
    fill = LARGEST_REPORT_BYTES - len(most)
    assert isinstance(read_report(most.replace(b"This is", b"x" * fill + b"This is", 1)), Report)


def test_headers_returned_alone_are_enough() -> None:
    for maker in (exim, exchange):
        assert read_report(maker(ID)) == Report(ID, Delivery.NOBODY)


# ------------------------------------------------------------------------------------ whatever comes
@given(st.binary(max_size=3_000))
@example(
    b"Content-Type: multipart/report; report-type*0=a; report-type*=b; boundary*" + b"9" * 5000
)
@example(b"\n\n\n")
@example(b"From x\n: y\n y\n\r\r\n")
def test_no_bytes_stop_the_reader(data: bytes) -> None:
    assert isinstance(read_report(data), Unread)


@given(st.sampled_from(REPORTS), st.data())
def test_a_report_with_bytes_changed_names_its_letter_or_none(
    report: bytes, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(report)))
        length = data.draw(st.integers(0, 40))
        report = report[:at] + data.draw(st.binary(max_size=20)) + report[at + length :]
    found = read_report(report)
    if isinstance(found, Report):
        assert str(UUID(found.letter_id)) == found.letter_id


@given(st.integers(1, 2_000))
def test_parts_within_parts_are_not_followed(depth: int) -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
        for level in range(depth)
    )
    report = postfix(ID).replace(b"This is the mail system", nested)
    assert read_report(report) == Report(ID, Delivery.NOBODY)
