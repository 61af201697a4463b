"""Borrowing and paying back on the member's pages [借入・返済の画面]."""
