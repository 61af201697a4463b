"""Files in forms, and the pages on which members hand documents in [書類の送信].

Holds   the field, the way in, the member's pages of documents
Takes   a file from a camera or a folder
Gives   an `Upload` for `documents.intake.keep`; a kept page to who may see it
Never   a file on a disk, a name of a file as a path
"""

from motocho.web.uploads.field import UploadField, picture

__all__ = ["UploadField", "picture"]
