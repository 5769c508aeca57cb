"""When a machine's comparison may do in the place of a person's: only beside everything else."""

import pytest

from tingtang.ai.model.faces import Comparison, Outcome
from tingtang.journeys.faces.model import may_skip_person, words
from tingtang.journeys.faces.settings import FaceSettings

ALLOWED = FaceSettings(may_replace_person=True, scenarios=("account_balance",))
NEAR = Comparison(Outcome.NEAR, 0.3)
SURE = {"is_chip": True, "is_registered": True, "has_risks": False, "is_minor": False}


def test_nothing_is_skipped_unless_the_bank_says_so() -> None:
    assert may_skip_person(ALLOWED, "account_balance", NEAR, **SURE)
    assert not may_skip_person(FaceSettings(), "account_balance", NEAR, **SURE)
    assert not may_skip_person(ALLOWED, "transfer", NEAR, **SURE)
    everywhere_named_nowhere = FaceSettings(may_replace_person=True)
    assert not may_skip_person(everywhere_named_nowhere, "account_balance", NEAR, **SURE)


@pytest.mark.shows("R106", part="a match alone authenticates nobody")
@pytest.mark.parametrize(
    "doubt",
    [{"is_chip": False}, {"is_registered": False}, {"has_risks": True}, {"is_minor": True}],
)
def test_a_comparison_never_stands_alone(doubt: dict[str, bool]) -> None:
    assert not may_skip_person(ALLOWED, "account_balance", NEAR, **{**SURE, **doubt})


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.NEAR])
def test_whatever_is_not_near_goes_to_a_person(outcome: Outcome) -> None:
    assert not may_skip_person(ALLOWED, "account_balance", Comparison(outcome, 0.9), **SURE)


def test_every_outcome_has_words_and_says_that_it_is_a_reference() -> None:
    for outcome in Outcome:
        told = words(Comparison(outcome, 0.312), 0.45)
        assert told.zh and told.en
        assert "{" not in told.zh + told.en
    assert "仅供参考" in words(NEAR, 0.45).zh
