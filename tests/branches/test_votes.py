"""Vote arithmetic: the vectors of domain.md §1.5 and what must hold for every branch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branches.choices import VoteRule
from branches.policy import votes
from branches.policy.votes import Tally, vote_outcome, vote_problems

counts = st.integers(min_value=1, max_value=600)


@st.composite
def tallies(draw):
    should = draw(counts)
    present = draw(st.integers(0, should))
    approve = draw(st.integers(0, present))
    oppose = draw(st.integers(0, present - approve))
    abstain = draw(st.integers(0, present - approve - oppose))
    written = draw(st.integers(0, should - present))
    return Tally(should, present, approve, oppose, abstain, written)


@pytest.mark.parametrize(
    ("should", "ordinary", "admission", "passing"), [(15, 8, 8, 8), (16, 8, 9, 9), (30, 15, 16, 16), (1, 1, 1, 1)]
)
def test_vectors(should, ordinary, admission, passing):
    assert votes.ordinary_quorum(should) == ordinary
    assert votes.admission_quorum(should) == admission
    assert votes.majority(should) == passing
    assert votes.ordinary_passes(should=should, present=should, yes=passing)
    assert not votes.ordinary_passes(should=should, present=should, yes=passing - 1)
    assert not votes.ordinary_passes(should=should, present=ordinary - 1, yes=passing)
    assert not votes.admission_passes(should=should, present=admission - 1, yes=passing)


def test_even_branch_needs_one_more_for_an_admission():
    assert votes.ordinary_passes(should=16, present=9, yes=9)
    assert not votes.admission_passes(should=16, present=8, yes=8, written=8)
    assert votes.admission_passes(should=16, present=9, yes=8, written=1)


def test_rules_carry_the_names_that_are_stored():
    assert VoteRule.ORDINARY == votes.ORDINARY
    assert VoteRule.ADMISSION == votes.ADMISSION


@given(tallies())
def test_outcome_is_the_formula_of_the_rule_table(tally):
    ordinary = vote_outcome(votes.ORDINARY, tally)
    assert ordinary.passed == (tally.present * 2 >= tally.should and tally.approve * 2 > tally.should)
    assert ordinary.quorum_met == (tally.present * 2 >= tally.should)
    admission = vote_outcome(votes.ADMISSION, tally)
    in_favour = tally.approve + tally.written
    assert admission.passed == (tally.present * 2 > tally.should and in_favour * 2 > tally.should)
    assert admission.quorum_met == (tally.present * 2 > tally.should)


@given(tallies())
def test_nothing_passes_without_its_quorum(tally):
    for rule in (votes.ORDINARY, votes.ADMISSION):
        outcome = vote_outcome(rule, tally)
        assert outcome.quorum_met or not outcome.passed
        assert ("表决无效" in outcome.message) == (not outcome.quorum_met)


@given(tallies())
def test_one_more_approval_never_harms(tally):
    if tally.approve + tally.oppose + tally.abstain < tally.present:
        better = Tally(tally.should, tally.present, tally.approve + 1, tally.oppose, tally.abstain, tally.written)
        for rule in (votes.ORDINARY, votes.ADMISSION):
            assert vote_outcome(rule, better).passed >= vote_outcome(rule, tally).passed


@given(tallies())
def test_possible_figures_have_no_problems(tally):
    assert vote_problems(votes.ADMISSION, tally) == []
    without_letters = Tally(tally.should, tally.present, tally.approve, tally.oppose, tally.abstain)
    assert vote_problems(votes.ORDINARY, without_letters) == []


@pytest.mark.parametrize(
    ("rule", "tally", "words"),
    [
        (votes.ORDINARY, Tally(15, 10, 11), "多于实到有表决权的10人"),
        (votes.ORDINARY, Tally(15, 10, 8, 2, 1), "共11票"),
        (votes.ORDINARY, Tally(15, 10, 8, 0, 0, 1), "一般决议不计"),
        (votes.ADMISSION, Tally(15, 10, 8, 0, 0, 6), "多于未到会有表决权的5人"),
        (votes.ADMISSION, Tally(15, 10, -1), "负数"),
    ],
)
def test_impossible_figures_are_named(rule, tally, words):
    assert words in "；".join(vote_problems(rule, tally))


def test_message_tells_figures_rule_and_article():
    passed = vote_outcome(votes.ORDINARY, Tally(15, 9, 8, 1))
    assert passed.message == (
        "应到有表决权15人，实到9人，到会人数符合要求（须达到半数即8人）；"
        "赞成8人，须超过应到的半数即8人，通过。依据：《中国共产党支部工作条例（试行）》第十一条。"
    )
    assert "第十二条" in vote_outcome(votes.ORDINARY, Tally(5, 4, 3), in_committee=True).message
    by_letter = vote_outcome(votes.ADMISSION, Tally(16, 9, 8, 1, 0, 1))
    assert by_letter.passed
    assert "赞成9人（其中书面意见1份）" in by_letter.message
    assert "第二十二条" in by_letter.message
    assert "未通过" in vote_outcome(votes.ORDINARY, Tally(15, 9, 7, 2)).message


def test_nobody_with_a_vote_decides_nothing():
    outcome = vote_outcome(votes.ORDINARY, Tally(0, 0, 0))
    assert not outcome.quorum_met
    assert not outcome.passed
