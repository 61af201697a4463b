"""What a member can do about each reason of a stop, in words that all faces share [できること]."""

from __future__ import annotations

from collections.abc import Mapping

from motocho.screening.watch import Act

ACT_TEXTS: Mapping[Act, str] = {
    Act.SAY_OWN: "watch.do.say_own",
    Act.PAY: "watch.do.pay",
    Act.REPAY: "watch.do.repay",
    Act.TALK: "watch.do.talk",
    Act.SEND_EVIDENCE: "watch.do.send_evidence",
    Act.CONFIRM_FACTS: "watch.do.confirm_facts",
    Act.SEND_EMPLOYER: "watch.do.send_employer",
    Act.REGISTER_ADDRESS: "watch.do.register_address",
    Act.WAIT: "watch.do.wait",
    Act.WAIT_TIME: "watch.do.wait_time",
    Act.REOPEN: "watch.do.reopen",
    Act.LIFT_REST: "watch.do.lift_rest",
    Act.CONSENT: "watch.do.consent",
    Act.NEW_CARD: "watch.do.new_card",
    Act.COUNSEL: "watch.do.counsel",
}
"""Every thing to do has its words."""
