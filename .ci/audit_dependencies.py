"""Known weaknesses in what Frontrow is installed with: pip-audit over constraints.txt.

Exits with 1 when a package has one. Where the index cannot be asked, or knows none of the packages (a mirror without
their metadata), that is said in so many words and no failure: nothing was found because nobody looked. With
`--must-look` it is one.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
_SECONDS_MAX = 600
_ANSWER_SECONDS_MAX = 10


def main() -> int:
    """Look, print what was found, and say how it went as an exit status."""
    pins = [line.strip() for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if "==" in line]
    # One package first: an index that does not answer is not asked about the others.
    known = _audited(pins[:1])
    found = _audited(pins) if isinstance(known, list) and _looked_at(known) else known
    if isinstance(found, str):
        return _not_looked(found)
    if not _looked_at(found):
        return _not_looked("the index knows nothing of these packages")
    unknown = [it["name"] for it in found if "skip_reason" in it]
    if unknown:
        print(f"The index knows nothing of {len(unknown)} packages, which were not audited: {', '.join(unknown)}")
    weak = [it for it in found if it.get("vulns")]
    for package in weak:
        for weakness in package["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version"
            print(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
    print(f"{len(_looked_at(found))} packages audited, {len(weak)} with known weaknesses")
    return 1 if weak else 0


def _audited(pins: list[str]) -> list[dict[str, Any]] | str:
    """What pip-audit says of each package, or why it could not say anything."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("\n".join(pins), encoding="utf-8")
        options = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", str(_ANSWER_SECONDS_MAX))
        command = [sys.executable, "-m", "pip_audit", "-r", str(listed), *options, "--format", "json"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired:
            return f"no answer within {_SECONDS_MAX} s"
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        said = [line for line in done.stderr.splitlines() if line.strip()]
        return said[-1] if said else f"pip-audit ended with {done.returncode}"
    return packages


def _looked_at(packages: list[dict[str, Any]]) -> list[str]:
    return [it["name"] for it in packages if "skip_reason" not in it]


def _not_looked(why: str) -> int:
    print(f"NOT AUDITED: the packages were not looked at for known weaknesses ({why}).")
    print("Run `make audit` again where the index (https://pypi.org) can be reached.")
    return 1 if "--must-look" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
