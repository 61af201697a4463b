"""What a record was for, and what it names, as people say it: words, and links to what is there.

    told("arrears reason repayment", page)     延滞のご案内の連絡 · 発信 · 返済のご案内
    told("disclosure 3", page)                 開示請求 3, with its address for who may open it

A purpose is kept as words of the code with numbers after them. The longest known beginning is said
in words, what follows it is its reference, until the next known word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from motocho.care.reasons import catalogue
from motocho.care.worklist import policy
from motocho.contact.guard import Purpose
from motocho.people.access import Action
from motocho.web import words
from motocho.web.access import Colleague
from motocho.web.desk._shown import number_of

OTHER = "desk.for.other"
PHRASES: Mapping[str, tuple[str, ...]] = {
    "search": ("desk.for.search",),
    "watch": ("desk.for.watch",),
    "call": ("desk.for.call",),
    "calls": ("desk.for.calls",),
    "call panel": ("desk.for.panel",),
    "call taken": ("desk.for.taken",),
    "inbound": ("desk.for.inbound",),
    "identity check": ("desk.for.identity",),
    "queue": ("desk.for.queue",),
    **{f"queue {one.value}": ("desk.for.queue", f"desk.today.why_{one.value}")
       for one in policy.Why},
    "reason": ("desk.for.reason",),
    **{f"reason {one.value}": ("desk.for.reason", f"audit.reason.{one.value}")
       for one in catalogue.Reason},
    "consultation": ("desk.for.consultation",),
    "case": ("desk.for.complaint",),
    "complaint": ("desk.for.complaint",),
    "complaint new": ("desk.for.complaint_new",),
    "disclosure": ("desk.for.disclosure",),
    "disclosure new": ("desk.for.disclosure_new",),
    "counter": ("desk.for.counter",),
    "counterparts": ("desk.for.counterparts",),
    "collection": ("desk.for.collection",),
    "claims": ("desk.for.claims",),
    "claim": ("claiming.claim",),
    "claim file": ("claiming.files",),
    "recalculation": ("desk.for.recalculation",),
    "studio": ("desk.for.studio",),
    "stages": ("desk.for.stages",),
    "approval": ("desk.for.approval",),
    "approvals": ("desk.for.approval",),
    "review": ("desk.for.review",),
    "audit": ("desk.for.audit",),
    "register book": ("registers.book",),
    "register erasure": ("registers.erasures",),
    "claim sale": ("registers.sell",),
    "identity record": ("bureaus.records",),
    "fraud": ("desk.for.fraud",),
    "fraud report": ("desk.for.fraud_new",),
    "draw check": ("desk.for.draw_check",),
    "listed account": ("desk.for.listed",),
    "family report": ("desk.for.family",),
    "report": ("desk.for.family",),
    "care": ("desk.for.care",),
    "document": ("desk.for.document",),
    "card_order": ("audit.deed.card_ordered",),
    "increase": ("desk.for.increase",),
    "application": ("desk.for.application",),
    "pin_reset": ("desk.for.pin_reset",),
    "member_number": ("desk.for.member_number",),
    "new_card": ("desk.for.new_card",),
    "reopening": ("desk.for.reopening",),
    "member": ("desk.for.terminal",),
    f"member {Action.FREEZE.value}": ("desk.for.terminal", "audit.deed.frozen"),
    f"member {Action.REOPEN_LOGIN.value}": ("desk.for.terminal", "audit.deed.login_reopened"),
    f"member {Action.ASK_FOR_HELP.value}": ("desk.for.terminal", "desk.for.request"),
    f"member {Action.CHANGE_FACTS.value}": ("desk.for.terminal", "audit.deed.fact_changed"),
    "staff bar": ("desk.for.terminal", "audit.deed.barred"),
    "bureau inquiry": ("desk.for.bureau_inquiry",),
    "bureau report": ("desk.for.bureau_report",),
    **{f"survey {one}": ("desk.for.survey",)
       for one in ("new_contract", "increase", "monitoring", "match")},
    "permit": ("desk.for.permit",),
    "payout": ("desk.for.payout",),
    "form_check": ("desk.for.form_check",),
    "pin_check": ("desk.for.pin_check",),
    "caller_check": ("desk.for.caller_check",),
    "request_check": ("desk.for.request_check",),
    "message": ("desk.for.message",),
    "code": ("desk.for.code",),
    "paper": ("desk.for.paper",),
    "stage": ("desk.for.stage",),
    "again": ("desk.for.again",),
    "visit": ("desk.for.visit",),
    "journal": ("desk.for.journal",),
    "event": ("desk.for.event",),
    "statement": ("desk.for.statement",),
    "desk": ("desk.for.form",),
    "cli": ("desk.for.terminal",),
    **{one.value: (f"audit.reach.{one.value}",) for one in Purpose},
}  # fmt: skip
"""How a purpose, or the cause of a try to reach somebody, may begin; and its words."""
LONGEST = max(len(one.split()) for one in PHRASES)
NAMES: Mapping[str, str] = {
    "agreement": "agreement", "agreement_id": "agreement", "application": "application",
    "case": "case",
    "check": "draw check", "claim": "claim", "consultation": "consultation", "counsel": "counsel",
    "counterpart": "counterpart", "disclosure": "disclosure", "document": "document",
    "document_ref": "document", "family_report": "family report", "flag": "flag",
    "fraud": "fraud", "hold_id": "hold", "increase": "increase", "offer": "offer",
    "paper": "paper", "payout": "draw", "promise": "promise", "request": "approval",
    "request_id": "request", "talk": "call", "attempt": "try", "visit": "visit",
}  # fmt: skip
"""Names of ids in a row's details, and what of `LABELS` or `PHRASES` each of them is."""
LABELS: Mapping[str, str] = {
    "agreement": "audit.id.agreement",
    "counsel": "audit.id.counsel",
    "counterpart": "audit.id.counterpart",
    "flag": "desk.for.care",
    "hold": "audit.id.hold",
    "offer": "audit.id.offer",
    "draw": "audit.id.draw",
    "promise": "audit.id.promise",
    "request": "desk.for.request",
    "try": "audit.id.attempt",
}
PLACES: Mapping[str, tuple[str, Action]] = {
    "application": ("desk:application", Action.REVIEW_DOCUMENT),
    "case": ("desk:case", Action.ASK_FOR_HELP),
    "disclosure": ("desk:disclosure", Action.EXPORT_HISTORY),
    "fraud": ("desk:fraud", Action.FREEZE),
    "draw check": ("desk:fraud_check", Action.UNFREEZE),
    "family report": ("desk:family_look", Action.UNFREEZE),
    "report": ("desk:family_look", Action.UNFREEZE),
    "approval": ("desk:approval", Action.APPROVE),
    "claim": ("desk:claim", Action.COLLECT),
    "visit": ("desk:visit", Action.COLLECT),
    "review": ("desk:review", Action.SUPERVISE),
    "call": ("desk:talk", Action.ASK_FOR_HELP),
}
"""Where a thing stands under its member and number for good, and who may open it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a record [記録の言葉]: a key, what it refers to, an address or none."""

    label: str
    reference: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a record of a member: what can be opened depends on both [記録を読む人]."""

    colleague: Colleague
    member_id: int


def told(written: str, reader: Reader) -> list[Part]:
    """A purpose in words, with links to what it names [目的の表示]."""
    found = []
    for phrase, reference in _phrases(written):
        *before, last = PHRASES.get(phrase, (OTHER,))
        found += [Part(label) for label in before]
        found.append(Part(last, _seen(phrase, reference), place(phrase, reference, reader)))
    return found


def _seen(phrase: str, reference: str) -> str:
    """A reference as it is shown: what nobody reads, as of a document or a form, is left out."""
    return "" if phrase in {"document", "desk", "cli", ""} else reference


def _phrases(written: str) -> Iterator[tuple[str, str]]:
    """Each known phrase with what follows it; an empty one for what nothing is known of."""
    tokens = written.split()
    phrase, rest = "", list[str]()
    while tokens:
        known = _longest(tokens)
        if known and (phrase or rest):
            yield phrase, " ".join(rest)
        if known:
            phrase, rest = known, []
        else:
            rest.append(tokens[0])
        tokens = tokens[max(1, len(known.split())) :]
    if phrase or rest:
        yield phrase, " ".join(rest)


def _longest(tokens: list[str]) -> str:
    """The longest known phrase that some tokens begin with; empty for none."""
    sizes = range(min(LONGEST, len(tokens)), 0, -1)
    return next((" ".join(tokens[:one]) for one in sizes if " ".join(tokens[:one]) in PHRASES), "")


def place(phrase: str, number: str, reader: Reader) -> str:
    """The address of a thing by its number; empty for who may not open it [参照先].

    Of a document, its own reference; of nothing that stands nowhere for good.
    """
    if phrase == "document" and number and reader.colleague.may(Action.REVIEW_DOCUMENT):
        return reverse("desk:document", args=[number])
    if phrase not in PLACES or not number_of(number):
        return ""
    route, action = PLACES[phrase]
    if not reader.colleague.may(action):
        return ""
    return reverse(route, args=[reader.member_id, number_of(number)])


def thing(written: str) -> tuple[str, int] | None:
    """What colleagues refer to by a word and a number; None for words of their own [参照の読取り].

    >>> thing("case 12"), thing("as agreed")
    (('case', 12), None)
    """
    found = list(_phrases(written))
    if len(found) != 1 or found[0][0] not in PLACES or not number_of(found[0][1]):
        return None
    return found[0][0], number_of(found[0][1])


def named(name: str, value: int | str, reader: Reader) -> Part | None:
    """An id among a row's details, in words; None for what is no id [内容の参照]."""
    phrase = NAMES.get(name, "")
    if not phrase or str(value) in {"", "0"}:
        return None
    label = LABELS.get(phrase) or PHRASES[phrase][0]
    return Part(label, _seen(phrase, str(value)), place(phrase, str(value), reader))


def purpose(written: str) -> str:
    """The key of what a look was for, the first of its words [閲覧の目的].

    >>> purpose("call 12"), purpose("counterparts"), purpose("pin_reset 3"), purpose("7")
    ('desk.for.call', 'desk.for.counterparts', 'desk.for.pin_reset', 'desk.for.other')
    """
    found = next(_phrases(written), ("", ""))[0]
    return PHRASES.get(found, (OTHER,))[0]


def code(typed: str) -> str:
    """What is kept for words that a page shows, to be searched for; else the same [目的の検索語].

    >>> code("開示請求の受付"), code("opening again"), code("case 7")
    ('disclosure new', 'reopening', 'case 7')
    """
    said = typed.strip()
    for phrase, labels in PHRASES.items():
        if len(labels) == 1 and said in {words.plain(labels[0], one) for one in words.Tongue}:
            return phrase
    return said
