"""What the papers of a claim say, from one content object [書類の内容].

`content` gathers every party, day and amount once; `fields` writes them as courts do; `kinds` says
which papers there are and what each needs; `markup` reads the plain text of a template; `setting`
and `certified` set and count characters; `filing` says what is handed in. Nothing here reads a file
or makes a page: `office.papers` does.
"""

from __future__ import annotations

from motocho.claims._due import Order
from motocho.claims.pleading import certified, checking, filing, markup, setting
from motocho.claims.pleading.certified import Counted, Grid
from motocho.claims.pleading.content import Content, Exhibit, content, usual_exhibits
from motocho.claims.pleading.facts import ASKED, Agent, Asked, Facts, Kind, look, read
from motocho.claims.pleading.fields import Fields, fields, packing_fields
from motocho.claims.pleading.kinds import (
    ACTION_PACK,
    Look,
    PaperKind,
    Stage,
    cautions,
    missing,
    offered,
    require,
    usual,
)
from motocho.claims.pleading.markup import Block, BlockKind

__all__ = [
    "ACTION_PACK",
    "ASKED",
    "Agent",
    "Asked",
    "Block",
    "BlockKind",
    "Content",
    "Counted",
    "Exhibit",
    "Facts",
    "Fields",
    "Grid",
    "Kind",
    "Look",
    "Order",
    "PaperKind",
    "Stage",
    "cautions",
    "certified",
    "checking",
    "content",
    "fields",
    "filing",
    "look",
    "markup",
    "missing",
    "offered",
    "packing_fields",
    "read",
    "require",
    "setting",
    "usual",
    "usual_exhibits",
]
