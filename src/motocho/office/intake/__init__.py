"""Anything a lender sends becomes rows of a case: tables, PDF, photos and scans [取り込み].

pages = read(data, name)                          text cells with their places; parsed apart
columns, template = recognised(pages, templates)  what each column holds; changeable
rows_of(repair(transcribe(pages, columns)))       rows of a case, doubts marked
begin(case_id, data, …), carry_on, cancel         readings that go on while nobody looks
look(job), choose_columns, say_cells, take        what a person sees of one and says to it
"""

from motocho.office.intake._filling import (
    DOUBT_MARK,
    ESTIMATE_MARK,
    column_of,
    rows_of,
    rows_of_estimate,
    texts_of,
    to_look_at,
)
from motocho.office.intake._jobs import begin, cancel, carry_on, wait
from motocho.office.intake._keeping import (
    Job,
    Stage,
    job_of,
    jobs_of,
    keep_template,
    kept_templates,
    picture_of,
)
from motocho.office.intake._looking import (
    Look,
    choose_columns,
    crop_of,
    look,
    put_rows,
    say_cells,
    take,
)
from motocho.office.intake._process import Going, NeedsScan, ReadPage, pages_of
from motocho.office.intake._reading import MOST_BYTES, FileKind, kind_of, read, read_pages
from motocho.office.intake._templates import Template, read_template, recognised, template_of

__all__ = [
    "DOUBT_MARK",
    "ESTIMATE_MARK",
    "MOST_BYTES",
    "FileKind",
    "Going",
    "Job",
    "Look",
    "NeedsScan",
    "ReadPage",
    "Stage",
    "Template",
    "begin",
    "cancel",
    "carry_on",
    "choose_columns",
    "column_of",
    "crop_of",
    "job_of",
    "jobs_of",
    "keep_template",
    "kept_templates",
    "kind_of",
    "look",
    "pages_of",
    "picture_of",
    "put_rows",
    "read",
    "read_pages",
    "read_template",
    "recognised",
    "rows_of",
    "rows_of_estimate",
    "say_cells",
    "take",
    "template_of",
    "texts_of",
    "to_look_at",
    "wait",
]
