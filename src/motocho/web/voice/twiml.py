"""A turn of the dialogue in the words of telephony providers: TwiML [応答の書式]. Pure.

Say, Gather, Pause, Dial and Hangup alone, which every provider and PBX that speaks it knows. What
may not be heard is not in it; the next address carries a random token and nothing else.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from motocho.care.ivr import dialogue, lines

LANGUAGE = "ja-JP"
CONTENT_TYPE = "application/xml; charset=utf-8"
_SECONDS_TO_PRESS = 8
_SECONDS_TO_ANSWER = 25
_AFTER_ONE = "#"
_COUNTRY = "+81"


def written(turn: dialogue.Turn, address: str, texts: lines.Texts) -> str:
    """A turn as a document [応答の組立て].

    Takes     the address that the next request comes to, also of a caller who presses nothing; the
              lines as they are said today.
    """
    response = ET.Element("Response")
    if isinstance(turn.then, dialogue.Gather):
        *before, question = turn.said
        for line in before:
            _say(response, line.said(texts))
        if turn.pause_seconds:
            ET.SubElement(response, "Pause", length=str(turn.pause_seconds))
        _say(_gather(response, turn.then, address), question.said(texts))
    else:
        for line in turn.said:
            _say(response, line.said(texts))
        if isinstance(turn.then, dialogue.Dial):
            dial = ET.SubElement(
                response, "Dial", action=address, method="POST", timeout=str(_SECONDS_TO_ANSWER)
            )
            dial.text = _COUNTRY + turn.then.digits.removeprefix("0")
        else:
            ET.SubElement(response, "Hangup")
    return ET.tostring(response, encoding="unicode", xml_declaration=False)


def _say(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "Say", language=LANGUAGE).text = text


def _gather(response: ET.Element, gather: dialogue.Gather, address: str) -> ET.Element:
    asked = {
        "input": "dtmf",
        "action": address,
        "method": "POST",
        "timeout": str(_SECONDS_TO_PRESS),
        "finishOnKey": _AFTER_ONE,
        "actionOnEmptyResult": "true",
    }
    if gather.digits is not None:
        asked["numDigits"] = str(gather.digits)
    return ET.SubElement(response, "Gather", asked)
