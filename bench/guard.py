"""The gate to a person over a million attempts: the verdict alone, and the attempt reserved with it.

On a durable server of its own (fsync on), on the disk of this folder: ten thousand members with a
loan each, a hundred earlier attempts a member. Beside it a bare row, committed on the same server.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from bench._lender import TODAY, lender, server
from motocho.contact import gate, guard
from motocho.contact.directory import shipped
from motocho.contact.gate import Permit, Wanted
from motocho.contact.guard import JAPAN, Channel, Purpose, Way
from motocho.outside.postgres import ADMIN, Address

COPIES = 143
"""Of 70 agreements: 10,010 members."""
EACH = 100
VERDICTS, ASKED, WARM = 20_000, 10_000, 500
AIM_MILLISECONDS = 5.0
OURS = "0300000108"
PURPOSES = (Purpose.ARREARS, Purpose.REMINDER, Purpose.CAMPAIGN, Purpose.SERVICE)
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=JAPAN)
FILL = """
INSERT INTO contact_attempt (member_id, channel, our_number, purpose, cause, actor, asked_at,
    valid_until, refused_by)
SELECT m.member_id, CASE g.n %% 4 WHEN 0 THEN 'email' WHEN 1 THEN 'post' ELSE 'phone' END,
    CASE WHEN g.n %% 4 > 1 THEN '0300000108' ELSE '' END,
    CASE g.n %% 3 WHEN 0 THEN 'arrears' WHEN 1 THEN 'reminder' ELSE 'service' END, 'bench', 'bench',
    t.at, CASE WHEN g.n %% 5 > 0 THEN t.at + interval '5 minutes' END,
    CASE WHEN g.n %% 5 > 0 THEN '{}'::text[] ELSE '{COLL-003}' END
FROM (SELECT member_id FROM people_member ORDER BY member_id LIMIT 10000) AS m
CROSS JOIN generate_series(1, %(each)s) AS g (n)
CROSS JOIN LATERAL (SELECT %(noon)s - g.n * interval '1 day' + (m.member_id %% 300) * interval '1 minute') AS t (at)
"""
SLOTS = """
INSERT INTO contact_call_slot (member_id, attempt_id, called_on, seq)
SELECT member_id, attempt_id, (asked_at AT TIME ZONE 'Asia/Tokyo')::date, 1 FROM contact_attempt
WHERE purpose = 'arrears' AND channel = 'phone' AND valid_until IS NOT NULL
"""


def fill(address: Address) -> int:
    """A past of a million attempts, as the gate would have left it."""
    with address.connect(ADMIN, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET synchronous_commit = off")
        admin.execute("CREATE TABLE bare (place bigint PRIMARY KEY)")
        admin.execute("GRANT INSERT ON bare TO motocho_app")
        admin.execute(FILL, {"each": EACH, "noon": NOON})
        admin.execute(SLOTS)
        admin.execute("VACUUM ANALYZE")
        admin.execute("CHECKPOINT")
        row = admin.execute("SELECT count(*) FROM contact_attempt").fetchone()
    return 0 if row is None else int(row[0])


def timed(work: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of each, in order of size; the first ones are not counted."""
    found = []
    for number in range(-WARM, count):
        start = time.perf_counter()
        work(number)
        if number >= 0:
            found.append((time.perf_counter() - start) * 1_000)
    return sorted(found)


def said(what: str, found: list[float]) -> float:
    p50, p99 = found[len(found) // 2], found[len(found) * 99 // 100]
    print(f"{what:<56}p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   worst {found[-1]:7.2f} ms")
    return p99


def main() -> str:
    """The measures; gives what missed its aim."""
    dice, answers = random.Random(7), Counter[str]()
    with server("guard") as running:
        lender(running.address, COPIES)
        attempts = fill(running.address)
        with connection.cursor() as cursor:
            cursor.execute("SELECT member_id FROM people_member ORDER BY member_id LIMIT 10000")
            members = [int(row[0]) for row in cursor.fetchall()]
        known = shipped()
        print(f"{attempts:,} attempts of {len(members):,} members")

        def verdict(_: int) -> None:
            member_id, purpose = dice.choice(members), dice.choice(PURPOSES)
            at = NOON + timedelta(minutes=dice.randrange(400))
            with transaction.atomic(), connection.cursor() as cursor:
                facts = gate.facts_of(cursor, member_id, at)
            guard.hindrances(facts, purpose, at, Way(Channel.PHONE))

        def asked(_: int) -> None:
            at = NOON + timedelta(minutes=dice.randrange(400))
            wanted = Wanted(dice.choice(PURPOSES), "bench", "bench", OURS, known)
            with transaction.atomic(), connection.cursor() as cursor:
                answer = gate.ask(cursor, dice.choice(members), wanted, at)
            answers[type(answer).__name__] += 1

        def bare(number: int) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO bare VALUES (%s)", (number,))

        said("a bare row, committed", timed(bare, 2_000))
        alone = said("the verdict: facts read, every rule asked", timed(verdict, VERDICTS))
        whole = said("the attempt reserved with it, committed", timed(asked, ASKED))
        print(f"{answers[Permit.__name__]:,} permitted, {answers['Closed']:,} refused and kept")
    missed = [one for one in (alone, whole) if one >= AIM_MILLISECONDS]
    print(f"aim: p99 under {AIM_MILLISECONDS:g} ms: {'missed' if missed else 'met'}")
    return "the gate is slower than its aim" if missed else ""
