"""Faces ask rooms: no SQL, no models, nothing inline, whatever template or view it is."""

from __future__ import annotations

import ast
import re

from tests.tidy.source import PACKAGE, modules, place, room, tree

WEB = PACKAGE / "web"


def test_faces_hold_no_sql_and_no_models() -> None:
    for path in modules():
        if room(path) != "web":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"objects", "execute", "executemany", "raw"}, place(
                    path, node
                )


def test_templates_hold_no_style_no_script_and_no_text_of_their_own() -> None:
    """Words stand in the catalogue; what a template writes itself is markup, names and marks."""
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|style=|<script(?! src=)|\son[a-z]+=", text), path
        text = text.replace("{% block panel_state %} open{% endblock %}", "")  # an attribute
        left = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", "", text, flags=re.DOTALL)
        left = left.replace("やさしい日本語", "").replace("日本語", "").replace("English", "")
        assert not re.search("[ぁ-んァ-ヶ一-龯A-Za-z]{2,}", left), (
            f"{path.name}: {left.strip()[:80]}"
        )


def test_money_is_written_by_the_tag() -> None:
    """`{{ amount_yen }}` would show a bare number: amounts go through the tag `yen`."""
    for path in (WEB / "templates").rglob("*.html"):
        assert not re.search(r"{{[^}]*_yen", path.read_text(encoding="utf-8")), path
