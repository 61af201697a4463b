"""Kernel: the arithmetic of a loan [計算の核].

Holds   accrual, appropriation, recalculation, deduction, and the same over many histories
Takes   whole yen, ppm, days, named conventions
Gives   whole yen and exact remainders, row by row
Never   a statute's name, input or output, rounding by default
"""
