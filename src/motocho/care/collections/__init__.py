"""Collections: what is done about a loan in arrears, step by step [督促].

`strategy` says what a day asks for, purely; `stages` keeps what was decided; `letters` are the
papers, `carrying` takes each message to its road, `accelerating` is a person's decision.
"""

from motocho.care.collections import accelerating, carrying, letters, stages, strategy

__all__ = ["accelerating", "carrying", "letters", "stages", "strategy"]
