"""Collections: what is done about a loan in arrears, step by step [督促].

`counsel` stops everything when somebody acts for the member.
"""

from motocho.care.collections import counsel

__all__ = ["counsel"]
