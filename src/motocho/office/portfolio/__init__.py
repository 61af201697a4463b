"""A whole book recalculated in one run [帳簿全体の引き直し計算].

`recalculate_block` is the calculation, columns in and columns out.
"""

from motocho.office.portfolio.block import Recalculated, recalculate_block
from motocho.office.portfolio.conventions import Conventions

__all__ = ["Conventions", "Recalculated", "recalculate_block"]
