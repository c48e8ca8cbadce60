"""Small tables of plain English, for reading definitions; and a few business words of others.

They are to hold of any glossary. What two trades mean differently is not in here.
"""

_STOP = (
    "a able all allowed already also an and another any anybody anyone anything are as at be "
    "been being both by can could did do does done each else ever every for from get got had "
    "has have he her his how i if in into is it its itself just kind may me more most must my "
    "of off on one only or other others our out own per said say says she should so some "
    "somebody someone something still such than that the their them there these they this "
    "those till to too up upon us very was way ways we were what whatever when where whether "
    "which while who whoever whom whose will with would yet you your"
)
_NEGATIONS = "neither never no nobody none nor not nothing without"
_IRREGULAR = (
    "begin/began,begun break/broke,broken bring/brought buy/bought carry/carried "
    "choose/chose,chosen come/came cut/cutting day/daily deal/dealt die/died,dying "
    "draw/drew,drawn drive/drove,driven find/found give/gave,given go/went,gone "
    "grow/grew,grown high/highest hire/hiring hold/held hour/hourly keep/kept know/knew,known "
    "leave/left lend/lent lose/lost low/lowest make/made,making mean/meant meet/met "
    "month/monthly pay/paid,payable quarter/quarterly sell/sold send/sent settle/settled "
    "ship/shipped show/shown spend/spent stop/stopped take/took,taken teach/taught tell/told "
    "use/used,using week/weekly win/won write/wrote,written year/yearly,annual,annually"
)
_NUMBERS = (
    "zero/0 one/1 single/1 once/1 two/2 twice/2 both/2 three/3 four/4 five/5 six/6 seven/7 "
    "eight/8 nine/9 ten/10 eleven/11 twelve/12 dozen/12 fourteen/14 twenty/20 thirty/30 "
    "sixty/60 ninety/90 hundred/100"
)
_MARKS = {
    "de": (
        "am an das dem den der des die ein eine einem einen einer eines hat im ist mit nach "
        "oder und von zu zum"
    ),
    "fr": ("au aux avec dans des du est et la le les nous qui sans sur un une"),
    "nl": ("aan bij dat de die een en heeft het met op van wordt zonder"),
}
_TRANSLATED = {
    "de": (
        "adresse/address arbeit/work arbeitsvertrag/employment-contract artikel/article "
        "bank/bank berichtet/report bestellen/order bestellt/order bestellung/order "
        "besuch/visit datum/date ende/end firma/company forderung/demand gehalt/salary "
        "gesundheit/health gewinn/profit jahr/year konto/account kosten/cost kunde/customer "
        "lager/warehouse land/country lieferant/supplier lieferung/delivery menge/quantity "
        "mitarbeiter/employee monat/month name/name nummer/number ohne/without partei/party "
        "person/person preis/price rechnung/invoice sitzung/session steuer/tax "
        "stoff/substance summe/sum tag/day umsatz/revenue umsatze/revenue unterschrieben/sign "
        "vertrag/contract ware/goods woche/week wohnung/flat zahlung/payment"
    ),
    "fr": (
        "adresse/address annee/year client/customer commande/order compte/account "
        "contrat/contract cout/cost date/date demande/demand employe/employee "
        "entreprise/company facture/invoice fournisseur/supplier impot/tax jour/day "
        "livraison/delivery mois/month montant/amount nom/name numero/number paiement/payment "
        "pays/country personne/person prix/price produit/product quantite/quantity "
        "salaire/salary sans/without semaine/week signe/sign societe/company taxe/tax "
        "vend/sell visite/visit"
    ),
    "nl": (
        "adres/address artikel/article bedrijf/company belasting/tax bestelling/order "
        "betaling/payment bezoek/visit contract/contract dag/day datum/date factuur/invoice "
        "getekend/sign hoeveelheid/quantity jaar/year klant/customer kosten/cost land/country "
        "leverancier/supplier levering/delivery maand/month medewerker/employee naam/name "
        "nummer/number omzet/revenue partij/party persoon/person prijs/price rekening/account "
        "salaris/salary week/week zonder/without"
    ),
}


def _table(text: str) -> dict[str, str]:
    pairs = (pair.partition("/") for pair in text.split())
    return {one: other for one, _, other in pairs}


STOP, NEGATIONS = frozenset(_STOP.split()), frozenset(_NEGATIONS.split())

IRREGULAR = {form: verb for verb, forms in _table(_IRREGULAR).items() for form in forms.split(",")}

NUMBERS = {word: int(number) for word, number in _table(_NUMBERS).items()}

MARKS = {language: frozenset(words.split()) for language, words in _MARKS.items()}
"""Words by which a language is told."""

TRANSLATED = {language: _table(pairs) for language, pairs in _TRANSLATED.items()}
"""What a business word of another language is in English."""

SAME = (
    "person people individual human",
    "customer client",
    "buy purchase acquire",
    "company firm enterprise",
    "employee staff worker",
    "supplier vendor",
    "start begin",
    "end finish",
    "owe due",
    "deliver hand",
    "get receive obtain",
    "less minus",
    "maximum highest most",
    "minimum lowest least",
    "share portion part percentage ratio",
    "sum total",
    "cost expense",
    "sign signature",
    "sell sale",
    "count number",
    "mail email",
    "article product item",
    "doctor physician clinician",
    "phone telephone call",
    "relative kin",
    "defect fault",
    "visitor guest",
    "advertisement advert ad banner",
    "post job",
    "site website",
    "settle resolve",
    "inform tell",
    "agreement contract",
    "subscription subscribe",
    "work employment",
    "home house",
    "charge debit",
    "salary wage payroll",
)
"""Words that mean much the same in a definition."""

CONTRASTS = (
    ("before", "after"),
    ("include", "exclude without"),
    ("gross", "net"),
    ("start open", "end close"),
    ("first new", "last"),
    ("plan budget expect want", "actual did done spend"),
    ("buy", "sell"),
    ("debit", "credit"),
    ("inbound arrive", "outbound leave"),
    ("inpatient", "outpatient"),
    ("person", "account", "device browser", "household", "company", "sim card", "vehicle"),
    ("supplier", "customer"),
    ("sender", "recipient"),
    ("highest", "lowest"),
    ("average", "total"),
    ("mean", "median"),
    ("permanent", "temporary"),
    ("sign", "invoice", "pay", "deliver ship", "order"),
    ("login", "purchase", "visit"),
    ("euro eur", "dollar usd", "pound gbp", "percent"),
    ("kilometre km", "mile"),
    ("kilogram kg", "pound lb"),
    ("second", "minute", "hour", "day", "week", "month", "quarter", "year"),
    ("win", "lose"),
    ("join", "leave"),
    ("upload", "download"),
    ("prepaid advance", "postpaid"),
    ("voluntary", "involuntary"),
)
"""Words of which one definition has one and another the other, if they do not mean the same."""

SECONDS = {
    "millisecond": 0.001,
    "second": 1.0,
    "minute": 60.0,
    "hour": 3_600.0,
    "day": 86_400.0,
    "night": 86_400.0,
    "week": 604_800.0,
    # As long as each other, but never as long as a number of days.
    "month": 1e12,
    "quarter": 3e12,
    "year": 12e12,
}
"""How long a unit of time is."""
