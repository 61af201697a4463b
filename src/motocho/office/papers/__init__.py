"""The papers of a claim as files: PDF, Word, XLSX, packs; templates of an office [書類の作成].

make(kind, content, form, desk)       one paper, its amounts read back and held against the content
pack(content, kinds, desk)            all that fit, numbered; .zipped(), .printed(), .lacking
exhibit_file(data, exhibit, content)  甲第1号証 on its first page, named as the court takes it
certified_text, certified_from        a claim letter on the grid of certified mail
sources, lint_all, keep, restore      templates: ours, and an office's own in its folder
"""

from __future__ import annotations

from motocho.office.papers._exhibits import has_text, stamped
from motocho.office.papers._making import (
    ANNEXED,
    PLAIN,
    Desk,
    File,
    Form,
    Making,
    Pack,
    certified_from,
    certified_text,
    exhibit_file,
    filing_file,
    forms_of,
    make,
    pack,
    packing_file,
    sheet_of,
)
from motocho.office.papers._of_case import (
    content_of,
    fact_operations,
    facts_of,
    lender_name,
    stated_of,
)
from motocho.office.papers._reading_back import amounts_in, disagreements, pdf_text, word_text
from motocho.office.papers._sample import FACTS as SAMPLE_FACTS
from motocho.office.papers._sample import sample_content
from motocho.office.papers._sources import (
    PACKING_LIST,
    Source,
    faults_of,
    field_names,
    keep,
    lint_all,
    load,
    names,
    restore,
)
from motocho.office.papers._word import (
    BODY,
    WORD_SHELL,
    check_shell,
    keep_shell,
    plain_shell,
)
from motocho.office.papers._word import MOST_BYTES as MOST_SHELL_BYTES

__all__ = [
    "ANNEXED",
    "BODY",
    "MOST_SHELL_BYTES",
    "PACKING_LIST",
    "PLAIN",
    "SAMPLE_FACTS",
    "WORD_SHELL",
    "Desk",
    "File",
    "Form",
    "Making",
    "Pack",
    "Source",
    "amounts_in",
    "certified_from",
    "certified_text",
    "check_shell",
    "content_of",
    "disagreements",
    "exhibit_file",
    "fact_operations",
    "facts_of",
    "faults_of",
    "field_names",
    "filing_file",
    "forms_of",
    "has_text",
    "keep",
    "keep_shell",
    "lender_name",
    "lint_all",
    "load",
    "make",
    "names",
    "pack",
    "packing_file",
    "pdf_text",
    "plain_shell",
    "restore",
    "sample_content",
    "sheet_of",
    "stamped",
    "stated_of",
    "word_text",
]
