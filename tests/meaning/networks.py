"""Small networks of mappings, dense enough that chains meet."""

from itertools import permutations

from hypothesis import strategies as st

from isogloss.meaning.predicates import Relation
from tests.meaning.mapped import said

_SAID = sorted(relation.replace(" ", "-") for relation in set(Relation) - {Relation.OVERLAPPING})

networks = st.lists(
    st.builds(
        lambda ends, relation, confidence: said(f"{ends[0]} {relation} {ends[1]}", confidence),
        st.sampled_from(list(permutations("abcde", 2))),
        # Chains are mostly of these two.
        st.sampled_from([*_SAID, "exact", "exact", "broad", "broad"]),
        st.sampled_from([None, 0.5, 0.75, 1.0]),
    ),
    max_size=9,
    unique_by=lambda mapping: mapping.id,
)
