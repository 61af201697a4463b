"""How a member is told: which mails, in which words, the inbox; no solicitation [通知]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from motocho.contact import holds
from motocho.contact.guard import REFUSALS, HoldKind
from motocho.contact.holds import Source, Standing, Wish
from motocho.law.prescription import last_day_of
from motocho.notices import bounces, choices, messages, sending
from motocho.notices.choices import LONGEST_WATCHWORD, Choices, Style
from motocho.notices.kinds import Kind
from motocho.notices.messages import Told
from motocho.people.access import Action
from motocho.people.facts import history, values
from motocho.units.errors import Language, Unread
from motocho.web import _commands, access, maintenance, pages
from motocho.web.access import Member
from motocho.web.facts._forms import ChoiceField
from motocho.web.fields import Form, LineField, shown
from motocho.web.maintenance import changes_something

GROUPS: Mapping[str, tuple[str, frozenset[Kind]]] = {
    "due_soon": ("notify.due_soon", frozenset({Kind.DUE_SOON})),
    "due_today": ("notify.due_today", frozenset({Kind.DUE_TODAY})),
    "due_missed": ("notify.due_missed", frozenset({Kind.DUE_MISSED})),
    "dealings": (
        "notify.dealings",
        frozenset({Kind.DRAW, Kind.DRAW_FAILED, Kind.RECEIPT, Kind.REVERSED}),
    ),
    "contract": (
        "notify.contract",
        frozenset(
            {
                Kind.LIMIT_CHANGED,
                Kind.RATE_CHANGED,
                Kind.PLAN_CHANGED,
                Kind.DRAWS_STOPPED,
                Kind.WATCH_ASKED,
            }
        ),
    ),
    "card": ("notify.card", frozenset({Kind.CARD_RENEWAL})),
}
"""Mails that may be switched off, as the page groups them; the others always come."""
STYLES = {Style.DISCREET.value: "notify.discreet", Style.PLAIN.value: "notify.plain"}
LANGUAGES = {Language.JA.value: "notify.japanese", Language.EN.value: "notify.english"}
TEST_REST = timedelta(minutes=10)
"""After a test mail there is none for so long."""


class WatchwordField(LineField):
    """Words by which a member knows our mails [合言葉]."""

    def read(self, text: str) -> str | Unread:
        """One line of them [読取り]."""
        found = choices.read_watchword(text)
        if isinstance(found, Unread):
            return Unread("FCT-014", "", {"longest": str(LONGEST_WATCHWORD)})
        return found


class NotifyForm(Form):
    """How mails are to look [通知の設定]."""

    style = ChoiceField("notify.style", STYLES)
    language = ChoiceField("notify.language", LANGUAGES)
    watchword = WatchwordField("notify.watchword", "notify.watchword_hint", optional="optional")


@require_http_methods(["GET", "HEAD", "POST"])
@changes_something
@access.members(Action.CHANGE_CONSENTS)
def notify(request: HttpRequest, member: Member) -> HttpResponse:
    """Which mails come, how discreet they are, by which words they are ours [通知の設定]."""
    with connection.cursor() as cursor:
        chosen = choices.of(cursor, member.member_id)
    if request.method != "POST":
        return _notify_page(request, member, NotifyForm(), chosen)
    form = NotifyForm(request.POST)
    off = {
        kind for name, (_, kinds) in GROUPS.items() if name not in request.POST for kind in kinds
    }
    wanted = replace(chosen, switched_off=frozenset(off))
    if not form.is_valid():
        return _notify_page(request, member, form, wanted)
    typed = form.cleaned_data
    wanted = replace(
        wanted,
        style=Style(typed["style"]),
        language=Language(typed["language"]),
        watchword=typed["watchword"] or "",
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if wanted != choices.of(cursor, member.member_id):
            choices.choose(cursor, member.member_id, wanted, member.at)
    return HttpResponseRedirect(f"{reverse('facts:notify')}?saved=yes")


def _notify_page(
    request: HttpRequest, member: Member, form: NotifyForm, chosen: Choices
) -> HttpResponse:
    with connection.cursor() as cursor:
        facts = history.as_of(cursor, member.member_id, member.today)
    groups = [
        (name, label, "" if kinds & chosen.switched_off else "on")
        for name, (label, kinds) in GROUPS.items()
    ]
    context = {
        "form": shown(form, pages.tongue_of(request)),
        "groups": groups,
        "styles": STYLES,
        "languages": LANGUAGES,
        "style": request.POST.get("style") or chosen.style.value,
        "language": request.POST.get("language") or chosen.language.value,
        "watchword": request.POST.get("watchword", chosen.watchword),
        "saved": request.GET.get("saved", ""),
        "tested": request.GET.get("tested", ""),
        "address": facts[values.Kind.EMAIL].masked if values.Kind.EMAIL in facts else "",
    }
    status = 422 if form.is_bound else 200
    return pages.show(request, "facts/notify.html", context, status=status)


@require_POST
@changes_something
@access.members(Action.CHANGE_CONSENTS)
def test_mail(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001
    """One mail to look at, once in ten minutes [確認のメール]."""
    told = Told(member.member_id, Kind.TEST, f"test {member.at.isoformat()}", 0, {}, member.at)
    with transaction.atomic(), connection.cursor() as cursor:
        made = messages.tell_after(cursor, told, TEST_REST, member.at)
    said = "sent" if made is not None else "again"
    return HttpResponseRedirect(f"{reverse('facts:notify')}?tested={said}")


# ------------------------------------------------------------------------------------ solicitation
SPANS: Mapping[str, tuple[str, int]] = {
    "6": ("solicit.six_months", 0),
    "12": ("solicit.one_year", 12),
    "36": ("solicit.three_years", 36),
    "never": ("solicit.never", 0),
}
"""How long: what the rules ask for at least, longer, or for good."""


@require_http_methods(["GET", "HEAD", "POST"])
@access.members(Action.ASK_FOR_HELP)
def solicit(request: HttpRequest, member: Member) -> HttpResponse:
    """No solicitation by phone or mail: off with one button [勧誘を受けない] · SOLI-001 to 004.

    Works at every hour, and for who stopped everything: it only takes away.
    """
    if request.method == "POST":
        if "resume" in request.POST:
            _resume(member)
        else:
            _refuse(request, member, request.POST.get("span", "6"))
        return HttpResponseRedirect(reverse("facts:solicit"))
    standing = _refusals(member)
    days = [one.hold.last_on for one in standing if one.hold.last_on is not None]
    until_on = max(days, default=None)
    context = {
        "standing": standing,
        "never": [one for one in standing if one.hold.kind is HoldKind.NEVER],
        "until_on": until_on,
        "spans": _longer(member.today, until_on),
    }
    return pages.show(request, "facts/solicit.html", context)


def _longer(today: date, until_on: date | None) -> list[tuple[str, str]]:
    """What can still be chosen: nothing that ends no later than what stands already."""
    return [
        (value, label)
        for value, (label, months) in SPANS.items()
        if until_on is None or value == "never" or last_day_of(today, months or 6) > until_on
    ]


def _refusals(member: Member) -> list[Standing]:
    with connection.cursor() as cursor:
        found = holds.standing(cursor, member.member_id, member.today)
    return [one for one in found if one.hold.kind in REFUSALS]


def _refuse(request: HttpRequest, member: Member, span: str) -> None:
    _, months = SPANS.get(span, SPANS["6"])
    last_on: date | None = last_day_of(member.today, months) if months else None
    kind = HoldKind.NEVER if span == "never" else HoldKind.NOT_NOW
    source = Source("member", _commands.form_ref(request))
    with transaction.atomic(), connection.cursor() as cursor:
        holds.put(cursor, member.member_id, Wish(kind, last_on), source, member.at)


def _resume(member: Member) -> None:
    """The member's own word ends what the member's own word began · SOLI-004."""
    for one in _refusals(member):
        with transaction.atomic(), connection.cursor() as cursor:
            holds.end(cursor, member.member_id, one.hold_id, "member", member.at)


# ------------------------------------------------------------------------------------------- inbox
PAGE = 20
FATES: Mapping[str, str] = {
    "waiting": "inbox.mail_waiting", "later": "inbox.mail_later", "sending": "inbox.mail_sending",
    "sent": "inbox.mail_sent", "refused": "inbox.mail_refused", "moot": "inbox.mail_moot",
    "no_address": "inbox.mail_no_address", "bounced": "inbox.mail_bounced",
}  # fmt: skip
"""Every fate of a mail, as the page says it."""


@require_safe
@access.members(Action.LOOK)
def inbox(request: HttpRequest, member: Member) -> HttpResponse:
    """What the member was told, the newest first [お知らせの一覧]."""
    before = request.GET.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    with connection.cursor() as cursor:
        found = messages.listed(cursor, member.member_id, before_id, PAGE + 1)
        new = messages.unread(cursor, member.member_id)
        since = bounces.unreachable_since(cursor, member.member_id, member.today)
    language = pages.tongue_of(request).language
    context = {
        "rows": [(one, one.text(language)) for one in found[:PAGE]],
        "before": found[PAGE - 1].message_id if len(found) > PAGE else None,
        "unread": new,
        "unreachable_since": since,
    }
    return pages.show(request, "facts/inbox.html", context)


@require_safe
@access.members(Action.LOOK)
def message(request: HttpRequest, member: Member, message_id: int) -> HttpResponse:
    """One message, read by being opened, with what became of its mails [お知らせ]."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = messages.one(cursor, member.member_id, message_id)
        fates = sending.fates(cursor, member.member_id, message_id)
        if found.read_at is None and not maintenance.view_only(member.at):
            messages.mark_read(cursor, member.member_id, message_id, member.at)
    context = {
        "one": found,
        "text": found.text(pages.tongue_of(request).language),
        "fates": [(fate, FATES[fate.state]) for fate in fates],
    }
    return pages.show(request, "facts/message.html", context)


@require_POST
@changes_something
@access.members(Action.LOOK)
def all_read(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001
    """Everything was seen [すべて既読]."""
    with transaction.atomic(), connection.cursor() as cursor:
        messages.mark_all_read(cursor, member.member_id, member.at)
    return HttpResponseRedirect(reverse("facts:inbox"))
