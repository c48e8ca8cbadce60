"""Find a term by what people call it: its IRI, or its domain and a label."""

from isogloss.errors import InvalidArgument, NotFound
from isogloss.meaning.words import normalise
from isogloss.model.catalog import Term
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog


def get_term(catalog: Catalog, name: str) -> Term:
    """Find the term with an IRI, or with a label in a domain, as `product:active user`.

    Raises:
        InvalidArgument: the domain has several terms of that label.
        NotFound: there is none.
    """
    found = catalog.terms([Iri(name)]) if Iri(name) in catalog.term_ids() else []
    if found and found[0] is not None:
        return found[0]
    domain_name, colon, label = name.partition(":")
    if not colon or label.startswith("//"):
        raise NotFound(
            f"There is no term {name}: name it by its IRI, or by its domain and a label, as in "
            '"product:active user".'
        )
    domain = catalog.get_domain(domain_name.strip())
    word = normalise(label)
    terms = [term for term in catalog.terms(catalog.terms_in([domain.id])[0]) if term]
    named = [term for term in terms if normalise(term.label) == word] or [
        term for term in terms if word in map(normalise, term.other_labels)
    ]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(term.id for term in named)
        raise InvalidArgument(
            f"{domain.name} has {len(named)} terms called {label.strip()!r}: name one by its IRI, "
            f"of {listed}."
        )
    raise NotFound(
        f"{domain.name} has no term called {label.strip()!r}: `isogloss senses` shows who has it."
    )


def name_of(catalog: Catalog, term: Term) -> str:
    """Call a term as `get_term` finds it, for people."""
    domain = catalog.domains_by_id([term.domain])[0] if term.domain else None
    return f"{domain.name}:{term.label}" if domain else term.label
