"""CLI: the `motocho` command [コマンド].

Holds   commands, their options, output on a terminal
Takes   arguments and files
Gives   data on stdout, everything else on stderr, an exit code
Never   arithmetic on yen, a rule
"""
