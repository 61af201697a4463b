"""Files in forms: two inputs, sizes said as seen, nothing of them on a disk."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    UploadedFile,
)
from django.core.files.uploadhandler import StopUpload
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from tests.documents import files

from motocho.documents.intake import MOST_BYTES, Upload
from motocho.units.errors import Fault
from motocho.web import uploads
from motocho.web.fields import Form, shown
from motocho.web.uploads import UploadField
from motocho.web.uploads.receiving import MOST_IN_ALL, InMemory
from motocho.web.words import Tongue


class Sending(Form):
    page = UploadField("upload.camera")
    other = UploadField("upload.folder", optional="x")


def form(**sent: bytes) -> Sending:
    chosen: dict[str, list[UploadedFile[Any]] | None] = {
        name: [SimpleUploadedFile("a.jpg", data)] for name, data in sent.items()
    }
    return Sending({}, MultiValueDict(chosen))


@pytest.mark.parametrize("name", ["page", "page_file"])
def test_either_input_gives_the_file(name: str) -> None:
    read = form(**{name: files.photo()})
    assert read.is_valid()
    assert read.cleaned_data == {"page": Upload("a.jpg", files.photo()), "other": None}


def codes(read: Form, name: str) -> list[str]:
    return [fault.code for fault in read.faults_of(name)]


def test_missing_and_too_large_files_are_said_beside_the_field() -> None:
    assert codes(form(), "page") == ["UPL-001"]
    large = form(page=b"x" * (MOST_BYTES + 1))
    assert codes(large, "page") == ["UPL-002"]
    page = shown(large, Tongue.JA)
    html = render_to_string(
        "web/parts/upload.html", {"field": page.fields["page"], "tongue": Tongue.JA}
    )
    assert "いま10.1MB" in html
    assert html.count('aria-invalid="true"') == 2
    assert 'capture="environment"' in html


def test_fault_of_intake_goes_back_to_the_field() -> None:
    read = form(page=files.photo())
    assert read.is_valid()
    read.refuse("page", Fault("UPL-004"))
    assert codes(read, "page") == ["UPL-004"]


def post(data: bytes) -> Any:
    return RequestFactory().post("/", {"page": SimpleUploadedFile("x.pdf", data)})


def test_files_stay_in_memory_and_large_ones_are_only_counted() -> None:
    request = post(b"x" * (MOST_BYTES + 5_000_000))
    found = request.FILES["page"]
    assert isinstance(found, InMemoryUploadedFile)
    assert [type(one) for one in request.upload_handlers] == [InMemory]
    assert found.size == MOST_BYTES + 5_000_000
    assert len(found.read()) < found.size


def test_request_beyond_reason_is_cut_off() -> None:
    with pytest.raises(StopUpload) as stopped:
        InMemory().handle_raw_input(None, {}, MOST_IN_ALL + 1, b"")
    assert stopped.value.connection_reset


def test_picture_is_nothing_but_a_picture() -> None:
    response = uploads.picture(files.photo())
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline")
