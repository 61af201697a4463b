"""Loaded once by the server that forks the workers: libraries, law, compiled code [事前読込み]."""

import gc

# What is loaded stays: nobody looks through it for garbage, here or in a worker, where looking
# would also copy its pages.
gc.disable()

from motocho.office.portfolio import block  # noqa: E402  # loading is what takes the time

block.warm()
gc.freeze()
gc.enable()
