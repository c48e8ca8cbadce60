"""Whether values are hidden on every way out."""

import pytest

from isogloss.bootstrap import Services
from isogloss.model.lineage_answers import LineageFilter, MaskingVerdict
from isogloss.vocab import PREFIXES
from tests.services.lineage_world import CLEAN, RAW, column, mesh_of


def test_the_masking_of_a_dataset_is_asked_of_its_sensitive_columns(shop: Services) -> None:
    found = shop.questions.masking(RAW)
    assert found.columns == (column("raw/email"),)
    assert not found.holds
    assert {leak.end for leak in found.leaks} == {column("board/who"), column("lost/who")}
    assert shop.questions.masking(CLEAN).holds


def _mail(*lines: str) -> str:
    """A mesh in which raw has an e-mail address, and lines that say where it goes."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    return f"""@base <https://mesh.example/shop/dataset/> . {prefixes}
        <raw> a dcat:Dataset . <copy> a dcat:Dataset . <far> a dcat:Dataset .
        <raw/mail> a mesh:Field ; mesh:fieldOf <raw> ; mesh:fieldPath "mail" ;
            mesh:classification code:restricted .
        <copy/mail> a mesh:Field ; mesh:fieldOf <copy> ; mesh:fieldPath "mail" .
        <copy/other> a mesh:Field ; mesh:fieldOf <copy> ; mesh:fieldPath "other" .
        <how/mask> mesh:transformationType code:DIRECT ; mesh:masking true ;
            mesh:transformationSubtype code:TRANSFORMATION .
        <how/copy> mesh:transformationType code:DIRECT ;
            mesh:transformationSubtype code:IDENTITY .
        <x/mask> prov:entity <raw/mail> ; mesh:transformation <how/mask> .
        <x/copy> prov:entity <raw/mail> ; mesh:transformation <how/copy> .
        {" ".join(lines)}"""


COPY = column("copy")
MASKS = "<copy/mail> prov:wasDerivedFrom <raw/mail> ; prov:qualifiedDerivation <x/mask> ."
COPIES = "<copy/mail> prov:wasDerivedFrom <raw/mail> ; prov:qualifiedDerivation <x/copy> ."
SAYS_NOT_HOW = "<copy/mail> prov:wasDerivedFrom <raw/mail> ."
OF_TABLES = "<copy> prov:wasDerivedFrom <raw> ."
OF_A_TABLE = "<copy/other> prov:wasDerivedFrom <raw> ."
FURTHER = "<far> prov:wasDerivedFrom <copy> ."


@pytest.mark.parametrize(
    ("said", "verdict", "ways"),
    [
        ((MASKS, OF_TABLES), MaskingVerdict.MASKED, set()),
        ((COPIES, OF_TABLES), MaskingVerdict.LEAKS, {("raw/mail", "copy/mail")}),
        ((SAYS_NOT_HOW,), MaskingVerdict.UNKNOWN, {("raw/mail", "copy/mail")}),
        ((OF_TABLES,), MaskingVerdict.UNKNOWN, {("raw/mail", "copy")}),
        ((MASKS, OF_TABLES, OF_A_TABLE), MaskingVerdict.UNKNOWN, {("raw/mail", "copy/other")}),
        ((MASKS, FURTHER), MaskingVerdict.MASKED, set()),
        (
            (COPIES, FURTHER),
            MaskingVerdict.LEAKS,
            {("raw/mail", "copy/mail"), ("raw/mail", "copy/mail", "far")},
        ),
        (("<copy> prov:wasInfluencedBy <raw> .",), MaskingVerdict.MASKED, set()),
    ],
)
def test_what_nobody_told_of_columns_is_neither_masked_nor_clean(
    said: tuple[str, ...], verdict: MaskingVerdict, ways: set[tuple[str, ...]]
) -> None:
    with mesh_of(_mail(*said)) as services:
        for of in (RAW, column("raw/mail")):
            found = services.questions.masking(of)
            assert found.verdict is verdict
            assert found.holds == (verdict is MaskingVerdict.MASKED)
            assert {leak.path for leak in found.leaks} == {tuple(map(column, way)) for way in ways}
            assert found.leaking + found.unknown == len(ways)
        # What a filter leaves out is not asked of.
        none = services.questions.masking(RAW, filter=LineageFilter(kinds=()))
        assert none.leaks == ()


def test_where_values_come_from_that_nobody_told_of_columns_is_told() -> None:
    with mesh_of(_mail(MASKS, OF_A_TABLE, FURTHER)) as services:
        find = services.questions.source_of_truth
        assert find(column("copy/mail")).unresolved == ()
        assert find(column("copy/other")).unresolved == (RAW,)
        assert find(COPY).unresolved == (RAW,)
    with mesh_of(_mail(SAYS_NOT_HOW, OF_TABLES)) as services:
        (root,) = services.questions.source_of_truth(column("copy/mail")).roots
        assert (root.is_masked, root.is_unknown) == (False, True)
