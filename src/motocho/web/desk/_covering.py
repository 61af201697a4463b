"""Pages about a member wait for the check of a call: the desk shares it [未確認]."""

from motocho.web._covering import Unknown, covered, once_known, unknown

__all__ = ["Unknown", "covered", "once_known", "unknown"]
