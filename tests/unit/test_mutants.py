"""The seeded defects are kept up: each still applies to the product as it is, and names a test that is there.

Whether that test catches it is shown by `make mutants`, which takes minutes.
"""

import re
import shutil

import pytest

from tests.mutants.mutant import REPOSITORY, Mutant, apply, mutants

FEWEST = 20
every_mutant = pytest.mark.parametrize("mutant", mutants(), ids=lambda it: it.name)


def test_there_are_enough_of_them() -> None:
    assert len(mutants()) >= FEWEST


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies patches")
@every_mutant
def test_a_mutant_still_applies(mutant: Mutant) -> None:
    assert apply(mutant, REPOSITORY, check_only=True) is None


@every_mutant
def test_a_mutant_changes_the_product_and_says_how_and_which_test_sees_it(mutant: Mutant) -> None:
    changed = re.findall(r"^\+\+\+ b/(\S+)", mutant.path.read_text(), flags=re.MULTILINE)
    assert changed
    assert all(it.startswith("src/frontrow/") for it in changed)
    assert mutant.defect.endswith(".")
    assert f"def {mutant.test_name}(" in mutant.test_path.read_text()
