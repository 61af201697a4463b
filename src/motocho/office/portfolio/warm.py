"""Loaded once by the server that forks the workers: libraries, law, compiled code [事前読込み]."""

from motocho.office.portfolio import block

block.warm()
