"""Files on their way in: memory alone, up to what may be kept [ファイルの受信]."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload

from motocho.documents.intake import MOST_BYTES

MOST_IN_ALL = 4 * MOST_BYTES
"""Bytes of one request; beyond, the connection is closed."""


class InMemory(FileUploadHandler):
    """Keeps what a browser sends in memory, up to what may be kept; counts the rest [受信]."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._kept = BytesIO()

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002
        META: Any,  # noqa: ARG002, N803
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """Refuse what is beyond all reason before any of it is read [受信前の点検]."""
        if content_length > MOST_IN_ALL:
            raise StopUpload(connection_reset=True)

    def new_file(self, *rest: Any, **names: Any) -> None:
        """Begin a file [ファイルの始まり]."""
        super().new_file(*rest, **names)
        self._kept = BytesIO()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece unless the file is too large already [受信]."""
        if start <= MOST_BYTES:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file with the size that was sent [ファイルの終わり]."""
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type="application/octet-stream",  # what a browser calls it counts for nothing
            size=file_size,
            charset=None,
            content_type_extra=None,
        )
