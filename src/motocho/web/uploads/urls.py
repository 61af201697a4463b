"""Addresses of documents that members hand in [書類の提出のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.uploads import handing

app_name = "documents"
_PAGE = "<slug:document_ref>/<int:page_no>"
urlpatterns = [
    path("documents/", handing.documents, name="documents"),
    path("documents/send/<slug:purpose>/", handing.send, name="send"),
    path("documents/<slug:document_ref>/", handing.document, name="document"),
    path(f"documents/{_PAGE}/again/", handing.again, name="again"),
    path(f"documents/{_PAGE}/<slug:size>/", handing.page_picture, name="picture"),
]
