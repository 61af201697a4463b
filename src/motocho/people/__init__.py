"""People: members, who they are and by which number they are known [会員].

Holds   members with number, names, kana, birth date
Takes   registered facts
Gives   a member by id or number
Never   a balance, a phone number handed out
"""
