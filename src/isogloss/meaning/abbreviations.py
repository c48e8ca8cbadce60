"""Abbreviations that mean one thing whoever writes them; what may mean two is left out."""

_ABBREVIATED = (
    "acct/account addr/address amt/amount avg/average bal/balance ccy/currency cnt/count "
    "csat/customer-satisfaction ctry/country cust/customer dau/daily-active-user "
    "dept/department dob/date-of-birth dt/date emp/employee lang/language loc/location "
    "mau/monthly-active-user mgr/manager mrr/monthly-recurring-revenue msg/message mth/month "
    "nbr/number nps/net-promoter-score nr/number num/number ord/order org/organisation "
    "organization/organisation pct/percent perc/percent pmt/payment qty/quantity "
    "ref/reference sess/session tel/telephone tkt/ticket tot/total trx/transaction "
    "ts/timestamp txn/transaction usr/user val/value vat/value-added-tax vol/volume "
    "wau/weekly-active-user wk/week yr/year"
)
_ABBREVIATED_ALONE = (
    # Inside a longer label these may be short for something else.
    "aht/average-handling-time arpu/average-revenue-per-user arr/annual-recurring-revenue "
    "cac/customer-acquisition-cost clv/customer-lifetime-value cogs/cost-of-goods-sold "
    "cpc/cost-per-click cpl/cost-per-lead ctr/click-through-rate eta/estimated-time-of-arrival "
    "frt/first-response-time fte/full-time-equivalent ltv/lifetime-value otd/on-time-delivery "
    "po/purchase-order pod/proof-of-delivery pto/paid-time-off roi/return-on-investment "
    "sla/service-level-agreement"
)


def _table(text: str) -> dict[str, str]:
    pairs = (pair.split("/") for pair in text.split())
    return {short: long.replace("-", " ") for short, long in pairs}


EXPANDED, EXPANDED_ALONE = _table(_ABBREVIATED), _table(_ABBREVIATED_ALONE)
"""What an abbreviation is short for: anywhere in a label, and where it is the whole label."""
