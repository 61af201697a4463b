"""Commands over the lender's book: members, loans, the night, bank files [貸付のコマンド]."""
