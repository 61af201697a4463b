"""The office's templates: which there are, their faults, changing one, going back [書式]."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from motocho.claims import pleading
from motocho.claims.pleading import PaperKind
from motocho.office import papers
from motocho.units.errors import Fault, FaultyInput, Language
from motocho.web import pages
from motocho.web.studio import frame
from motocho.web.studio.papers import as_file, templates_folder
from motocho.web.words import Tongue, plain, said


@require_http_methods(["GET", "HEAD", "POST"])
def templates_page(request: HttpRequest) -> HttpResponse:
    """Every template with its state; the office's Word shell [書式の一覧]."""
    context: dict[str, Any] = {"wrong": []}
    status = 200
    if request.method == "POST":
        try:
            _shell_sent(request)
            return HttpResponseRedirect(reverse("studio:templates"))
        except FaultyInput as error:
            context["wrong"], status = _told(request, error.faults), 422
    folder = templates_folder()
    rows = []
    for name in papers.names():
        source = papers.load(name, folder)
        rows.append(
            {
                "name": name,
                "title": _title(name, pages.tongue_of(request).language),
                "is_changed": source.is_changed,
                "faults": len(papers.faults_of(source)),
            }
        )
    shell = folder / papers.WORD_SHELL
    context |= {
        "rows": rows,
        "folder": str(folder),
        "has_shell": shell.is_file(),
        "mark": papers.BODY,
    }
    return frame.show(request, "studio/templates.html", context, status=status)


def _shell_sent(request: HttpRequest) -> None:
    """The office's Word shell, kept where nothing in it is refused; or put aside."""
    folder = templates_folder()
    if request.POST.get("remove"):
        shell = folder / papers.WORD_SHELL
        if shell.is_file():
            shell.replace(folder / f"{papers.WORD_SHELL}.old")
        return
    sent = request.FILES.get("file")
    if sent is None:
        raise FaultyInput(Fault("STU-016", column="file"))
    papers.keep_shell(sent.read(papers.MOST_SHELL_BYTES + 1), folder)


@require_safe
def shell_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # the same for everybody
    """Our Word shell, to start one's own letterhead from [ひな形の見本]."""
    data = papers.plain_shell(pleading.Look.LETTER)
    return as_file(data, papers.WORD_SHELL, papers.Form.WORD.media_type)


@require_http_methods(["GET", "HEAD", "POST"])
def template_page(request: HttpRequest, name: str) -> HttpResponse:
    """One template: its text, the fields it may use, a sample of what it makes [書式]."""
    if name not in papers.names():
        raise Http404
    folder = templates_folder()
    faults: list[Fault] = []
    typed = None
    if request.method == "POST":
        typed = request.POST.get("text", "")
        try:
            if request.POST.get("restore"):
                papers.restore(name, folder)
            else:
                papers.keep(name, typed, folder)
            return HttpResponseRedirect(reverse("studio:template", args=[name]))
        except FaultyInput as error:
            faults = list(error.faults)
    source = papers.load(name, folder)
    faults = faults or papers.faults_of(source)
    context = {
        "name": name,
        "title": _title(name, pages.tongue_of(request).language),
        "typed": source.text if typed is None else typed,
        "is_changed": source.is_changed,
        "wrong": _told(request, faults),
        "fields": papers.field_names(),
        "has_sample": name != papers.PACKING_LIST,
    }
    return frame.show(request, "studio/template.html", context, status=422 if faults else 200)


@require_safe
def sample_file(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001  # of nobody
    """What a template makes of the sample, as PDF [書式の見本]."""
    if name not in {kind.value for kind in PaperKind}:
        raise Http404
    desk = papers.Desk(templates_folder(), making=papers.Making.DRAFT)
    file = papers.make(PaperKind(name), papers.sample_content(), desk=desk)
    return as_file(file.data, file.name, file.form.media_type, shown="inline")


def _title(name: str, language: Language) -> str:
    if name == papers.PACKING_LIST:
        tongue = Tongue.EN if language is Language.EN else Tongue.JA
        return plain("studio.papers.packing", tongue)
    return PaperKind(name).title(language)


def _told(request: HttpRequest, faults: list[Fault] | tuple[Fault, ...]) -> list[dict[str, Any]]:
    tongue = pages.tongue_of(request)
    return [{"fault": one, "said": said(one, tongue)} for one in faults]
