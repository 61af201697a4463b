"""Stand-ins for other people's systems, with faults on demand: one module each [模擬外部]."""

from motocho.outside.fakes.teller import carry_out, paid

__all__ = ["carry_out", "paid"]
