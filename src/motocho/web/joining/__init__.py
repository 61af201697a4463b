"""From an approved offer to the first draw, as the applicant does it [契約の手続きの画面]."""
