"""Singulars of a few languages, well enough for words of glossaries and no more.

A plural that is not recognised only makes two words of one, which a steward can see.
"""

_NO_PLURALS = (
    "address alias analysis analytics atlas basis bias bonus bus business campus canvas census "
    "class corpus crisis diagnosis focus gas goods gross hypothesis lens less logistics loss minus "
    "news pass plus process progress radius sales series species status success surplus this virus"
)
_IRREGULAR_PLURALS = (
    "ad/ads analysis/analyses api/apis cache/caches calorie/calories cookie/cookies cpu/cpus "
    "crisis/crises diagnosis/diagnoses gpu/gpus hypothesis/hypotheses id/ids index/indices ip/ips "
    "kpi/kpis matrix/matrices menu/menus movie/movies niche/niches quiz/quizzes sku/skus taxi/taxis"
)
_SINGULARS = frozenset(_NO_PLURALS.split())
_SINGULAR_OF = {
    plural: singular
    for singular, plural in (pair.split("/") for pair in _IRREGULAR_PLURALS.split())
}

LANGUAGES = ("de", "fr", "nl")
"""Besides English. Accents are gone from the words below, as they are from labels."""

_IRREGULAR = {
    language: {plural: one for one, plural in (pair.split("/") for pair in pairs.split())}
    for language, pairs in {
        "de": (
            "adresse/adressen artikel/artikeln bestand/bestande fahrt/fahrten jahr/jahre "
            "konto/konten kunde/kunden land/lander monat/monate produkt/produkte rad/rader "
            "sache/sachen steuer/steuern tag/tage umsatz/umsatze vertrag/vertrage woche/wochen"
        ),
        "fr": "",
        "nl": (
            "bestand/bestanden contract/contracten dag/dagen factuur/facturen fiets/fietsen "
            "jaar/jaren klant/klanten land/landen maand/maanden omzet/omzetten prijs/prijzen "
            "product/producten rit/ritten week/weken"
        ),
    }.items()
}
_ENDINGS = {
    "de": ("ungen/ung", "heiten/heit", "keiten/keit", "schaften/schaft", "ionen/ion", "innen/in"),
    "fr": ("eaux/eau", "aux/al", "s/"),
    "nl": ("ingen/ing", "heden/heid", "ies/ie", "ers/er", "els/el", "ens/en"),
}
_UNCHANGED = "acces avis colis cours fois frais mois pays prix process repas succes taux"
_SAME = frozenset(_UNCHANGED.split())


def singular(word: str, language: str | None = None) -> str:
    """Take the plural off a word in lower case and without accents; twice changes nothing."""
    code = (language or "en").partition("-")[0].lower()
    if code not in _ENDINGS:
        return _english(word) if code == "en" else word
    while (shorter := _by_ending(word, code)) != word:
        word = shorter
    return word


def _by_ending(word: str, language: str) -> str:
    if word in _IRREGULAR[language]:
        return _IRREGULAR[language][word]
    if word in _SAME or len(word) < 4 or word.endswith("ss"):
        return word
    for pair in _ENDINGS[language]:
        plural, one = pair.split("/")
        if word.endswith(plural) and len(word) > len(plural) + 1:
            return word.removesuffix(plural) + one
    return word


def _english(word: str) -> str:
    if word in _SINGULAR_OF:
        return _SINGULAR_OF[word]
    if len(word) < 4 or not word.endswith("s") or word in _SINGULARS:
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word[:-2] in _SINGULARS or word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1]
