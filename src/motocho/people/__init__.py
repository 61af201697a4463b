"""People: members and staff, how they prove who they are, who may do what to whom [会員・従業者].

Holds   members and numbers, registered facts, consents, PINs, devices, sessions, codes, staff
Takes   what people type, tell, and agree to
Gives   entered or not, allowed or not, masked facts; whole ones to who says why
Never   a balance, a phone number without a permit, a PIN
"""
