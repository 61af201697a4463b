"""Delivery reports in the shapes of several makers, written for these tests; nobody's real mail."""

from __future__ import annotations

from collections.abc import Callable

Maker = Callable[[str], bytes]

REPORTS_OF = "6f1c9a52-0b7e-4d1c-9c6e-2f4d8a913b70"


def headers(letter_id: str) -> str:
    return f"""From: notice@mail.example.com
To: hanako@example.jp
Subject: =?utf-8?b?44GK55+l44KJ44Gb?=
Date: Wed, 18 Nov 2026 12:00:00 +0900
Message-ID: <{letter_id}@mail.example.com>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="===============12=="
"""


def returned(letter_id: str) -> bytes:
    """The letter as it comes back, whole."""
    body = """
--===============12==
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

お知らせが1件あります。会員サイトで見られます。
Message-ID: <11111111-1111-4111-8111-111111111111@mail.example.com>

--===============12==
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: 8bit

<p>お知らせが1件あります。</p>

--===============12==--
"""
    return (headers(letter_id) + body).encode()


def postfix(letter_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    head = f"""Return-Path: <>
Received: by mx.example.com (Postfix)
\tid 4Xk2ab0Zz1z9; Wed, 18 Nov 2026 15:22:31 +0900 (JST)
Date: Wed, 18 Nov 2026 15:22:31 +0900 (JST)
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: notice@mail.example.com
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Xk2ab0Zz1z8.1794982951/mx.example.com"
Message-Id: <20261118062231.4Xk2ab0Zz1z9@mx.example.com>

This is a MIME-encapsulated message.

--4Xk2ab0Zz1z8.1794982951/mx.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.com.

<hanako@example.jp>: host mx.example.jp[192.0.2.9] said: 550 5.1.1
    <hanako@example.jp>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)

--4Xk2ab0Zz1z8.1794982951/mx.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
X-Postfix-Queue-ID: 4Xk2ab0Zz1z8
X-Postfix-Sender: rfc822; notice@mail.example.com
Arrival-Date: Wed, 18 Nov 2026 12:00:01 +0900 (JST)

Final-Recipient: rfc822; hanako@example.jp
Original-Recipient: rfc822;hanako@example.jp
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.jp
Diagnostic-Code: smtp; 550 5.1.1 <hanako@example.jp>: Recipient address
    rejected: User unknown

--4Xk2ab0Zz1z8.1794982951/mx.example.com
Content-Description: Undelivered Message
Content-Type: message/rfc822

"""
    return head.encode() + returned(letter_id) + b"--4Xk2ab0Zz1z8.1794982951/mx.example.com--\n"


def exim(letter_id: str) -> bytes:
    return f"""Return-path: <>
Received: from Debian-exim by smtp.example.org with local (Exim 4.98)
\tid 1tCxYz-000000012ab-3cDe
\tfor notice@mail.example.com;
\tWed, 18 Nov 2026 14:03:10 +0900
X-Failed-Recipients: hanako@example.jp
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@smtp.example.org>
To: notice@mail.example.com
References: <{letter_id}@mail.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=1794978190-eximdsn-424242
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1tCxYz-000000012ab-3cDe@smtp.example.org>
Date: Wed, 18 Nov 2026 14:03:10 +0900

--1794978190-eximdsn-424242
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  hanako@example.jp
    all relevant MX records point to non-existent hosts

--1794978190-eximdsn-424242
Content-type: message/delivery-status

Reporting-MTA: dns; smtp.example.org

Action: failed
Final-Recipient: rfc822;hanako@example.jp
Status: 5.0.0

--1794978190-eximdsn-424242
Content-type: text/rfc822-headers

Return-path: <notice@mail.example.com>
Received: from mail.example.com ([192.0.2.44])
\tby smtp.example.org with esmtps (Exim 4.98)
{headers(letter_id)}
--1794978190-eximdsn-424242--
""".encode()


def exchange(letter_id: str) -> bytes:
    """Exchange Online: a page in HTML before the report, the letter's id on a line of its own."""
    mark = "_000_mb01mb01example_"
    inner = "_002_mb01mb01example_"
    folded = headers(letter_id).replace("Message-ID: <", "Message-ID:\n\t<")
    return f"""From: <postmaster@example.onmicrosoft.com>
To: <notice@mail.example.com>
Date: Wed, 18 Nov 2026 03:12:55 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{inner}"
X-MS-Exchange-Message-Is-Ndr: true
Content-Language: ja-JP
Message-ID: <0f1e2d3c-aaaa-4bbb-8ccc-1234567890ab@mb01.example.onmicrosoft.com>
In-Reply-To: <{letter_id}@mail.example.com>
Subject: =?utf-8?B?6YWN5L+h5LiN6IO9?=
Auto-Submitted: auto-replied
MIME-Version: 1.0

--{inner}
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="{mark}"

--{mark}
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

hanako@example.jp =E3=81=AB=E9=85=8D=E4=BF=A1=E3=81=A7=E3=81=8D=E3=81=BE=E3=81=
=9B=E3=82=93

--{mark}
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGh0bWw+PGJvZHk+PHA+MTwvcD48L2JvZHk+PC9odG1sPg==

--{mark}--

--{inner}
Content-Type: message/delivery-status

Reporting-MTA: dns;mb01.example.onmicrosoft.com
Received-From-MTA: dns;mail.example.com
Arrival-Date: Wed, 18 Nov 2026 03:12:50 +0000

Original-Recipient: rfc822;hanako@example.jp
Final-Recipient: rfc822;hanako@example.jp
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient hanako@example.jp not found by SMTP address lookup

--{inner}
Content-Type: message/rfc822

Received: from mail.example.com (192.0.2.44) by mb01.example.onmicrosoft.com
 (192.0.2.70) with Microsoft SMTP Server; Wed, 18 Nov 2026 03:12:50 +0000
{folded}Return-Path: notice@mail.example.com

--{inner}--
""".encode()


def gmail(letter_id: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    """Gmail: a picture within the first part, marks that look alike, headers or the whole letter."""
    head = f"""Delivered-To: notice@mail.example.com
Return-Path: <>
MIME-Version: 1.0
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: notice@mail.example.com
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <{letter_id}@mail.example.com>
In-Reply-To: <{letter_id}@mail.example.com>
X-Failed-Recipients: hanako@example.jp
Message-ID: <6560aa11.050a0220.1234.abcd.GMR@mx.google.com>
Date: Tue, 17 Nov 2026 20:11:02 -0800 (PST)
Content-Type: multipart/report; boundary="000000000000abc1"; report-type=delivery-status

--000000000000abc1
Content-Type: multipart/related; boundary="000000000000abc12"

--000000000000abc12
Content-Type: multipart/alternative; boundary="000000000000abc123"

--000000000000abc123
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to hanako@example.jp.

--000000000000abc123--
--000000000000abc12
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--000000000000abc12--
--000000000000abc1
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; notice@mail.example.com
Arrival-Date: Tue, 17 Nov 2026 20:11:01 -0800 (PST)
X-Original-Message-ID: <{letter_id}@mail.example.com>

Final-Recipient: rfc822; hanako@example.jp
Action: {action}
Status: {status}
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.26, the server for the domain example.jp.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Tue, 17 Nov 2026 20:11:02 -0800 (PST)

--000000000000abc1
Content-Type: message/rfc822

"""
    return head.encode() + returned(letter_id) + b"--000000000000abc1--\n"


def delayed(letter_id: str) -> bytes:
    """What comes after four hours; five days later it may have arrived."""
    return (
        postfix(letter_id, "delayed", "4.4.1")
        .replace(b"Undelivered Mail Returned to Sender", b"Delayed Mail (still being retried)")
        .replace(
            b"Remote-MTA", b"Will-Retry-Until: Mon, 23 Nov 2026 12:00:01 +0900 (JST)\nRemote-MTA"
        )
    )


MAKERS: tuple[Maker, ...] = (postfix, exim, exchange, gmail)
REPORTS = tuple(maker(REPORTS_OF) for maker in MAKERS)
