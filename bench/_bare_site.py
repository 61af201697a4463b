"""A bare page of the same stack, served as the site is: Django, granian, a template, no book."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import path

TARGET = "bench._bare_site:application"
ROWS = 120
PAGE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<ul>{% for row in rows %}<li>{{ row }}: {{ row }}</li>{% endfor %}</ul></body></html>"""


def page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Some rows through a template, without a database."""
    return HttpResponse(Template(PAGE).render(Context({"title": "Bare", "rows": range(ROWS)})))


urlpatterns = [path("", page)]


def application() -> Any:
    """The page as a WSGI application, behind the same gzip and common middleware."""
    import django  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY="bare",  # nothing is signed
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=[
            "django.middleware.gzip.GZipMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
    )
    django.setup()
    return get_wsgi_application()


def main() -> None:
    """Serve on the port that the command names, with so many workers and threads."""
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.server import Server  # noqa: PLC0415

    port, workers, threads = map(int, sys.argv[1:4])
    Server(
        TARGET, address="127.0.0.1", port=port, interface=Interfaces.WSGI, workers=workers,
        blocking_threads=threads, factory=True, log_enabled=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
