"""A mutant: a small patch that breaks one rule of the product, and the test that has to see it.

A `.patch` file begins with a sentence about the defect and a line `Caught by: <pytest node id>`; the rest is what
`git apply` takes. Patches have little context, so that they go on applying while what is around them changes.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import msgspec

REPOSITORY = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
COPIED = ("src", "tests", "pyproject.toml", "README.md")
_CAUGHT_BY = re.compile(r"^Caught by: (\S.*)$", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns("*.png")


class Mutant(msgspec.Struct, frozen=True):
    """One defect. `test` is the node id of the test that catches it."""

    name: str
    path: Path
    defect: str
    test: str

    @property
    def test_path(self) -> Path:
        """The file of its test, in the repository."""
        return REPOSITORY / self.test.partition("::")[0]

    @property
    def test_name(self) -> str:
        """The function that is its test, without parameters."""
        return self.test.rpartition("::")[2].partition("[")[0]


def mutants() -> list[Mutant]:
    """Every mutant there is, by name.

    Raises:
        ValueError: a patch does not begin as it should.
    """
    return [_read(path) for path in sorted(FOLDER.glob("*.patch"))]


def copy_repository(into: Path) -> None:
    """A copy of what the tests need, as it is in the working tree."""
    for name in COPIED:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=_LEFT_OUT, dirs_exist_ok=True)
        else:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, into / name)


def apply(mutant: Mutant, to: Path, *, check_only: bool = False) -> str | None:
    """Apply the patch to a copy, or only try whether it would; what stands against it, else None."""
    check = ["--check"] if check_only else []
    tried = subprocess.run(
        ["git", "apply", *check, str(mutant.path)],
        cwd=to,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(to.parent)},
    )
    return None if tried.returncode == 0 else tried.stderr.strip()


def _read(path: Path) -> Mutant:
    head = path.read_text().partition("\n---")[0]
    named = _CAUGHT_BY.search(head)
    if named is None:
        raise ValueError(f"{path.name}: expected a line `Caught by: <test>` before the patch")
    return Mutant(name=path.stem, path=path, defect=head[: named.start()].strip(), test=named[1].strip())
