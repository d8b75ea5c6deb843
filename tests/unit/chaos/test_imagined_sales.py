"""The checker on whole sales: it believes those that went well, and sees each kind of defect in those that did not."""

from pathlib import Path

import pytest

from tests.chaos.checker.judging import judge
from tests.chaos.checker.standing import read_standing
from tests.chaos.history import Fault, History, Operation, Sighting, read_history
from tests.support.imagined_books import Defect
from tests.support.imagined_sale import imagine

SEEDS = range(40)
PLANTED = 3
"""In how many sales each defect is looked for."""
LOSSY = {Defect.BOOKED_TWICE}
"""Only a request whose answer was lost is repeated."""


@pytest.mark.parametrize("seed", range(12))
def test_a_sale_without_a_defect_keeps_every_promise(seed: int) -> None:
    sale = imagine(seed)
    verdict = judge(sale.story, sale.standing)
    assert verdict.is_kept, list(verdict.lines())


@pytest.mark.parametrize("defect", Defect)
def test_every_kind_of_defect_is_seen(defect: Defect) -> None:
    lost = 0.1 if defect in LOSSY else 0.0
    planted = 0
    for seed in SEEDS:
        sale = imagine(seed, defect=defect, lost=lost)
        if sale.planted:
            planted += 1
            verdict = judge(sale.story, sale.standing)
            assert defect.promise in {it.promise for it in verdict.breaches}, (seed, list(verdict.lines()))
        if planted == PLANTED:
            return
    pytest.fail(f"only {planted} of {len(SEEDS)} sales gave {defect} an occasion")


def test_a_history_reads_as_it_was_written(tmp_path: Path) -> None:
    sale = imagine(1)
    with History(tmp_path / "history", sale.story.beginning) as history:
        lines: list[Operation | Fault | Sighting] = [*sale.story.operations, *sale.story.faults, *sale.story.sightings]
        for line in lines:
            history.add(line)
        assert history.story() == sale.story
    assert read_history(tmp_path / "history") == sale.story
    sale.standing.write(tmp_path / "standing")
    assert read_standing(tmp_path / "standing") == sale.standing
