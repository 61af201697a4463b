"""Stand-ins for other people's systems, with faults on demand: one module each [模擬外部]."""

from motocho.outside.fakes import bureau
from motocho.outside.fakes.bureau import FakeBureau, people_of
from motocho.outside.fakes.teller import carry_out, paid

__all__ = ["FakeBureau", "bureau", "carry_out", "paid", "people_of"]
