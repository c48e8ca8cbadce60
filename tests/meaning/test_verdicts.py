"""Each verdict, by the table of docs/meaning.md; and what a change of mappings judges again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.meaning.chains import Network
from isogloss.meaning.judged import Judged
from isogloss.meaning.verdicts import Judge, Vocabulary
from isogloss.model.meaning import Mapping, Sense, Taxonomy, TermKind, Translation
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import End, Flow, Treatment, Verdict
from isogloss.vocab import SKOS

AT = datetime(2026, 11, 21, tzinfo=UTC)
USERS, ACCOUNTS, LEADS, COUNT = (Iri(f"urn:t:{n}") for n in ("users", "accounts", "leads", "count"))
COPY, CHANGE, JOIN = Treatment.COPY, Treatment.CHANGE, Treatment.JOIN


def _mapping(
    one: Iri = USERS,
    predicate: Iri = SKOS.broadMatch,
    other: Iri = ACCOUNTS,
    *,
    negated: bool = False,
    status: str = "approved",
    until: datetime | None = None,
) -> Mapping:
    id = Iri(f"urn:m:{one[6:]}-{predicate.rpartition('#')[2]}-{other[6:]}-{negated}")
    mapping = Mapping(id, one, predicate, other, negated, None, 0.9, None, status, None, ())
    return replace(mapping, valid_until=until)


def _translation(
    mapping: Mapping, lossiness: str = "exact", expression: str = "n + 1"
) -> Translation:
    id = Iri(f"{mapping.id}/t")
    return Translation(id, mapping.subject, mapping.object, expression, lossiness, None)


def _judge(
    *mappings: Mapping,
    translated: tuple[Mapping, ...] = (),
    lossiness: str = "exact",
    senses: tuple[Sense, ...] = (),
) -> Judge:
    return Judge(
        Vocabulary(
            names={
                USERS: "product's “active user”",
                ACCOUNTS: "marketing's “active user”",
                LEADS: "sales' “lead”",
            },
            words={
                USERS: frozenset({"active user"}),
                ACCOUNTS: frozenset({"active user"}),
                LEADS: frozenset({"lead"}),
            },
            senses={sense.term: sense for sense in senses},
            taxonomy=Taxonomy(),
            translations={m.id: (_translation(m, lossiness),) for m in translated},
        ),
        Network(mappings, AT),
    )


def _flow(up: Iri | None, down: Iri | None, treatment: Treatment, *, is_pair: bool = True) -> Flow:
    upstream, downstream = (End((term,) if term else (), None) for term in (up, down))
    columns = Iri("urn:c:up"), Iri("urn:c:down")
    return replace(Flow(upstream, downstream, treatment, 1, *columns), is_pair=is_pair)


WITHIN = _mapping()
NOT_SAME = _mapping(predicate=SKOS.exactMatch, negated=True)


@pytest.mark.parametrize(
    ("judge", "flow", "verdict"),
    [
        (_judge(), _flow(USERS, USERS, COPY), Verdict.SAME),
        (
            _judge(_mapping(predicate=SKOS.exactMatch)),
            _flow(USERS, ACCOUNTS, COPY),
            Verdict.SAME,
        ),
        (_judge(WITHIN, translated=(WITHIN,)), _flow(USERS, ACCOUNTS, CHANGE), Verdict.TRANSLATED),
        (_judge(WITHIN, translated=(WITHIN,)), _flow(USERS, ACCOUNTS, COPY), Verdict.UNTRANSLATED),
        (_judge(WITHIN, translated=(WITHIN,)), _flow(USERS, ACCOUNTS, JOIN), Verdict.UNTRANSLATED),
        (_judge(WITHIN, translated=(WITHIN,)), _flow(ACCOUNTS, USERS, JOIN), Verdict.UNTRANSLATED),
        (
            _judge(WITHIN, translated=(WITHIN,)),
            _flow(USERS, ACCOUNTS, Treatment.UNTOLD),
            Verdict.UNKNOWN,
        ),
        (
            # A translation from users to accounts is none from accounts to users.
            _judge(WITHIN, translated=(WITHIN,)),
            _flow(ACCOUNTS, USERS, CHANGE),
            Verdict.DIFFERENT,
        ),
        (
            _judge(WITHIN, translated=(WITHIN,), lossiness="untranslatable"),
            _flow(USERS, ACCOUNTS, CHANGE),
            Verdict.CONFLICT,
        ),
        (_judge(NOT_SAME), _flow(USERS, ACCOUNTS, CHANGE), Verdict.CONFLICT),
        (_judge(), _flow(USERS, ACCOUNTS, COPY), Verdict.CONFLICT),
        (_judge(_mapping(status="proposed")), _flow(USERS, ACCOUNTS, COPY), Verdict.CONFLICT),
        (_judge(_mapping(until=AT)), _flow(USERS, ACCOUNTS, COPY), Verdict.CONFLICT),
        (
            _judge(_mapping(until=AT + timedelta(1))),
            _flow(USERS, ACCOUNTS, COPY),
            Verdict.DIFFERENT,
        ),
        (_judge(), _flow(USERS, LEADS, COPY), Verdict.DIFFERENT),
        (_judge(), _flow(None, LEADS, COPY), Verdict.UNKNOWN),
        (_judge(), _flow(LEADS, None, JOIN), Verdict.UNKNOWN),
    ],
)
def test_a_flow_gets_the_verdict_of_the_table(judge: Judge, flow: Flow, verdict: Verdict) -> None:
    told = judge.judge(flow)
    assert told.verdict is verdict
    assert told.reason.endswith(".")


def test_a_reason_says_what_to_do_in_words_that_a_newcomer_understands() -> None:
    told = _judge(WITHIN, translated=(WITHIN,)).judge(_flow(USERS, ACCOUNTS, COPY))
    assert told.reason == (
        "Product's “active user” is copied into marketing's “active user” as it is, although a "
        "translation is known: apply `n + 1`."
    )
    assert (told.mappings, told.translations) == ((WITHIN.id,), (f"{WITHIN.id}/t",))
    told = _judge().judge(_flow(USERS, ACCOUNTS, COPY))
    assert told.reason == (
        "Product's “active user” and marketing's “active user” share the word “active user”, and "
        "nobody has agreed how their meanings relate: map one to the other."
    )
    told = _judge().judge(_flow(None, LEADS, COPY))
    assert "urn:c:up means" in told.reason


def test_what_somebody_confirms_to_be_applied_is() -> None:
    judge = _judge(WITHIN, translated=(WITHIN,))
    flow = _flow(USERS, ACCOUNTS, COPY)
    confirmed = replace(flow, applied=frozenset({Iri(f"{WITHIN.id}/t")}))
    assert judge.judge(confirmed).verdict is Verdict.TRANSLATED
    other = replace(flow, applied=frozenset({Iri("urn:another")}))
    assert judge.judge(other).verdict is Verdict.UNTRANSLATED


def test_an_aggregate_is_compared_by_what_it_counts() -> None:
    judge = _judge(senses=(Sense(COUNT, TermKind.MEASURE, counts=USERS),))
    assert judge.judge(_flow(USERS, COUNT, Treatment.AGGREGATE)).verdict is Verdict.SAME
    assert judge.judge(_flow(ACCOUNTS, COUNT, Treatment.AGGREGATE)).verdict is Verdict.CONFLICT
    assert judge.judge(_flow(USERS, COUNT, CHANGE)).verdict is Verdict.DIFFERENT


def test_keys_of_other_things_are_not_to_be_joined() -> None:
    senses = (
        Sense(USERS, identifier=Iri("urn:i:user")),
        Sense(LEADS, identifier=Iri("urn:i:lead")),
    )
    judge = _judge(senses=senses)
    assert judge.judge(_flow(USERS, LEADS, JOIN)).verdict is Verdict.CONFLICT
    # Where more is joined, nobody can tell which key meets which.
    assert judge.judge(_flow(USERS, LEADS, JOIN, is_pair=False)).verdict is Verdict.DIFFERENT
    assert judge.judge(_flow(USERS, LEADS, COPY)).verdict is Verdict.DIFFERENT
    mapped = _mapping(Iri("urn:i:user"), SKOS.closeMatch, Iri("urn:i:lead"))
    assert _judge(mapped, senses=senses).judge(_flow(USERS, LEADS, JOIN)).verdict is (
        Verdict.DIFFERENT
    )


def test_keys_that_are_told_apart_by_agreement_are_in_conflict_too() -> None:
    one, other = Iri("urn:i:user"), Iri("urn:i:lead")
    senses = (Sense(USERS, identifier=one), Sense(LEADS, identifier=other))
    for apart in (
        _mapping(one, SKOS.exactMatch, other, negated=True),
        _mapping(one, SKOS.relatedMatch, other),
    ):
        judge = _judge(apart, senses=senses)
        assert judge.judge(_flow(USERS, LEADS, JOIN)).verdict is Verdict.CONFLICT


def test_a_join_is_the_same_whichever_key_is_named_first() -> None:
    there, back = _mapping(), _mapping(ACCOUNTS, SKOS.narrowMatch, USERS)
    judge = _judge(there, back, translated=(there, back))
    hopeless = {
        there.id: (_translation(there, "untranslatable"),),
        back.id: (_translation(back),),
    }
    judge = Judge(replace(judge.vocabulary, translations=hopeless), judge.network)
    told = [
        judge.judge(_flow(*ends, JOIN)).verdict for ends in ((USERS, ACCOUNTS), (ACCOUNTS, USERS))
    ]
    assert told == [Verdict.UNTRANSLATED, Verdict.UNTRANSLATED]


def test_of_a_chain_every_translation_has_to_be_applied() -> None:
    first, second = _mapping(), _mapping(ACCOUNTS, SKOS.broadMatch, LEADS)
    judge = _judge(first, second, translated=(first, second))
    flow = _flow(USERS, LEADS, COPY)
    both = frozenset({Iri(f"{first.id}/t"), Iri(f"{second.id}/t")})
    for applied in [frozenset({one}) for one in both]:
        assert judge.judge(replace(flow, applied=applied)).verdict is Verdict.UNTRANSLATED
    assert judge.judge(replace(flow, applied=both)).verdict is Verdict.TRANSLATED


def test_what_is_equal_but_for_its_unit_is_not_copied() -> None:
    mapping = _mapping(predicate=SKOS.exactMatch)
    judge = _judge(mapping)
    metres = replace(_translation(mapping), expression=None, factor="1000")
    converting = replace(judge.vocabulary, translations={mapping.id: (metres,)})
    judge = Judge(converting, judge.network)
    assert judge.judge(_flow(USERS, ACCOUNTS, COPY)).verdict is Verdict.UNTRANSLATED
    assert judge.judge(_flow(USERS, ACCOUNTS, CHANGE)).verdict is Verdict.TRANSLATED


def test_codes_are_read_both_ways_and_meet_by_way_of_a_third_list() -> None:
    one = _mapping(USERS, SKOS.closeMatch, LEADS)
    other = _mapping(ACCOUNTS, SKOS.closeMatch, LEADS)
    judge = _judge(one, other)
    lists = {
        m.id: (replace(_translation(m), expression=None, concordance=Iri(f"{m.id}/codes")),)
        for m in (one, other)
    }
    judge = Judge(replace(judge.vocabulary, translations=lists), judge.network)
    assert judge.judge(_flow(LEADS, USERS, CHANGE)).verdict is Verdict.TRANSLATED
    for ends in ((USERS, ACCOUNTS), (ACCOUNTS, USERS)):
        told = judge.judge(_flow(*ends, COPY))
        assert told.verdict is Verdict.UNTRANSLATED
        assert len(told.translations) == 2


def test_what_was_agreed_both_ways_is_a_conflict() -> None:
    same = _mapping(predicate=SKOS.exactMatch)
    told = _judge(same, NOT_SAME).judge(_flow(USERS, ACCOUNTS, COPY))
    assert told.verdict is Verdict.CONFLICT
    assert not told.is_open
    merging = (_mapping(USERS, SKOS.exactMatch, LEADS), _mapping(LEADS, SKOS.exactMatch, ACCOUNTS))
    judge = _judge(*merging)
    assert judge.judge(_flow(USERS, ACCOUNTS, COPY)).verdict is Verdict.SAME
    homes = {USERS: Iri("urn:d:1"), ACCOUNTS: Iri("urn:d:1"), LEADS: Iri("urn:d:2")}
    judge = Judge(replace(judge.vocabulary, homes=homes), judge.network)
    assert judge.judge(_flow(USERS, ACCOUNTS, COPY)).verdict is Verdict.CONFLICT
    assert judge.judge(_flow(USERS, LEADS, COPY)).verdict is Verdict.SAME


def test_a_measure_may_be_summed_up_into_itself() -> None:
    judge = _judge(senses=(Sense(COUNT, TermKind.MEASURE, counts=USERS),))
    assert judge.judge(_flow(COUNT, COUNT, Treatment.AGGREGATE)).verdict is Verdict.SAME


def test_of_several_terms_the_worst_counts() -> None:
    flow = replace(_flow(USERS, USERS, COPY), upstream=End((USERS, ACCOUNTS), None))
    assert _judge().judge(flow).verdict is Verdict.CONFLICT


TERMS = [Iri(f"urn:t:{n}") for n in range(6)]
MAPPINGS = st.builds(
    lambda ends, predicate, negated: _mapping(ends[0], predicate, ends[1], negated=negated),
    st.permutations(TERMS),
    st.sampled_from([SKOS.exactMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.closeMatch]),
    st.booleans(),
)
SETS = st.lists(MAPPINGS, max_size=8, unique_by=lambda mapping: mapping.id)


@given(SETS, SETS)
def test_changed_mappings_change_what_judging_all_anew_would(
    before: list[Mapping], after: list[Mapping]
) -> None:
    vocabulary = Vocabulary(
        names={},
        words={term: frozenset({str(number % 2)}) for number, term in enumerate(TERMS)},
        senses={},
        taxonomy=Taxonomy(),
        translations={m.id: (_translation(m),) for m in [*before, *after] if not m.negated},
    )
    flows = [_flow(*ends, how) for ends in product(TERMS, TERMS) for how in (COPY, JOIN)]
    judged = Judged(flows, Judge(vocabulary, Network(before, AT)))
    removed = [mapping for mapping in before if mapping not in after]
    added = [mapping for mapping in after if mapping not in before]
    changed = judged.changed(removed, added)
    anew = Judged(flows, Judge(vocabulary, Network(after, AT)))
    assert [j.verdict for j in changed.judgements] == [j.verdict for j in anew.judgements]
    assert changed.counts == anew.counts
