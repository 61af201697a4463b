"""The secret that signs cookies and forms: the operator's, or one made once [署名の秘密]."""

from __future__ import annotations

import os
import secrets

from motocho.outside.postgres import home

VARIABLE = "MOTOCHO_SECRET"
_BYTES = 48
_DRAFT_BYTES = 8
_OWN = 0o600


def kept_secret() -> str:
    """`MOTOCHO_SECRET`, else the file `secret` below `MOTOCHO_HOME`, made at first use [秘密].

    Why       one file, readable by its owner alone; workers that start at once agree on one.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    path = home() / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"secret.{secrets.token_hex(_DRAFT_BYTES)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN), "w") as file:
            file.write(secrets.token_urlsafe(_BYTES))
        try:
            os.link(draft, path)  # unlike a rename, never over another's
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
