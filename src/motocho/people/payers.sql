-- Members by the name that banks can write: no small kana, no blanks (`members.payer_key` is the same in Python).
CREATE INDEX people_member_by_payer ON people_member (
    translate(family_kana || given_kana, 'ァィゥェォッャュョヮヵヶヰヱヲ・ ', 'アイウエオツヤユヨワカケイエオ')
);
