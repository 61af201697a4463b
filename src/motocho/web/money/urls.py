"""Addresses of borrowing and paying back [借入・返済のURL]."""

from __future__ import annotations

from django.urls import path

from motocho.web.money import borrowing, debiting, following, repaying, returning

app_name = "money"
urlpatterns = [
    path("borrow/", borrowing.borrow, name="borrow"),
    path("borrow/cost/", borrowing.cost, name="cost"),
    path("borrow/confirm/", borrowing.confirm, name="confirm"),
    path("borrow/<int:payout_id>/", following.payout, name="payout"),
    path("borrow/<int:payout_id>/recall/", following.recall, name="recall"),
    path("borrow/<int:payout_id>/hurry/", following.hurry, name="hurry"),
    path("repay/", repaying.repay, name="repay"),
    path("repay/confirm/", repaying.confirm, name="repay_confirm"),
    path("repay/bills/<int:bill_id>/", following.bill, name="bill"),
    path("held/<int:agreement_id>/", returning.held, name="held"),
    path("repay/debit/<int:agreement_id>/", debiting.debit, name="debit"),
]
