"""Files in forms: the field, the way in, and the way of a kept page to who may see it [書類の送信].

    class Sending(Form):
        page = UploadField("upload.page")

    form = Sending(request.POST, request.FILES)
    kept = intake.keep(cursor, member.member_id, purpose, form.cleaned_data["page"], member.at)

`web/parts/upload.html` shows the field: two plain inputs, one that opens a camera; the form says
`enctype="multipart/form-data"`. Files stay in memory on their way in, and never lie in a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from motocho.documents.intake import MOST_BYTES, Upload, too_large
from motocho.units.errors import Fault
from motocho.web.fields import LineField, Manner, refusing

FROM_FOLDER = "_file"
"""What the name of the second input ends with: it opens no camera."""


class TwoInputs(forms.FileInput):
    """A file from the camera, or from a folder, whichever was chosen [カメラ・ファイル]."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:  # noqa: ARG002
        """The first that holds a file [読取り]."""
        return files.get(name) or files.get(name + FROM_FOLDER)


class UploadField(LineField):
    """A photo or a PDF [ファイルの入力欄]; its value is an `Upload`, None if it may stay empty.

    What it holds is looked at by `intake.keep`, whose faults go back with `form.refuse`.
    """

    widget = TwoInputs
    manner = Manner(keyboard="none")

    def clean(self, value: Any) -> Upload | None:
        """The file with its size checked [検査]."""
        if value is None and self.optional:
            return None
        if not isinstance(value, UploadedFile) or not value.size:
            raise refusing(Fault("UPL-001"))
        upload = Upload(str(value.name or ""), value.read())
        size = value.size
        if size > MOST_BYTES:
            raise refusing(too_large(size))
        return upload


def picture(jpeg: bytes) -> HttpResponse:
    """A kept page to who may see it [ページの画像]; the caller has asked `access`."""
    response = HttpResponse(jpeg, content_type="image/jpeg")
    response["Content-Disposition"] = 'inline; filename="page.jpg"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
