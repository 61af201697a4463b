"""The contact desk of the simulation: a few agents, day by day, by real commands [窓口の模擬].

Holds   agents with their seats; what members say on the line; what they do on the site
Takes   a seed, moments of a day, members with their habits
Gives   attempts, talks, holds, promises, cases as a desk leaves them behind, and tries to break
        the law
Never   a row written past a command, a rule of its own
"""

from motocho.simulation.desk import agents, talking, wishes

__all__ = ["agents", "talking", "wishes"]
