"""Ten thousand applications, and what became of them, judged by the record alone [申込みの模擬].

    lived = crowd.live(people.Plan(seed=1, count=10_000), hands, folder)
    found = judging.judge(cursor, lived)

Holds   who applies and what each does; the desk that does it; the days; the judge
Takes   a seed, a migrated database, hands that may be killed at any moment
Gives   contracts and refusals, and every fault of theirs
Never   a rule of the rooms below asked by the judge; a row written past a command, but the pictures
        of papers, which whoever gives the hands stands for
"""

from motocho.simulation.applicants import crowd, desk, judging, people

__all__ = ["crowd", "desk", "judging", "people"]
