"""Metrics, alert rules, the dashboard and what is written about them say the same."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from frontrow.http.app import OPERATIONS
from frontrow.metrics import families
from frontrow.metrics.family import Family, Kind
from tests.support.missing import skip_for_want_of

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana-dashboard.json"
METRICS_PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
OPERATIONS_PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
RUNBOOK = OPERATIONS_PAGE.partition("\n## Alerts\n")[2].partition("\n## ")[0]
_METRIC = re.compile(r"\b(frontrow_[a-z0-9_]+)(?:\{([^}]*)\})?")


def documented(family: Family) -> str:
    """The metric's row."""
    labels = ", ".join(f"`{label}`" for label in family.labels)
    return f"| `{family.name}` | {family.kind.value} | {labels} | {family.help} |"


def test_the_page_has_every_metric_as_it_is_and_no_other() -> None:
    rows = re.findall(r"^\| `frontrow_.*\|$", METRICS_PAGE, re.MULTILINE)
    assert rows == [documented(family) for family in families.ALL]


def test_every_alert_has_what_to_do_and_nothing_is_to_be_done_for_none() -> None:
    rules = re.findall(r"- alert: (\w+).*?severity: (\w+)", RULES.read_text(encoding="utf-8"), re.DOTALL)
    assert len(rules) > 20
    assert re.findall(r"^\| `(\w+)` \| (\w+) \| .+ \| .+ \|$", RUNBOOK, re.MULTILINE) == rules


def expressions() -> list[str]:
    """Every expression over metrics that is shipped, and what the runbook names."""
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    drawn = [target["expr"] for panel in panels for target in panel["targets"]]
    return [*re.findall(r"expr: '(.+)'", RULES.read_text(encoding="utf-8")), *drawn, RUNBOOK]


@pytest.mark.parametrize("expression", expressions(), ids=lambda it: it[:60])
def test_expressions_are_over_metrics_labels_and_operations_that_exist(expression: str) -> None:
    named = {family.name: family for family in families.ALL}
    for series, matchers in _METRIC.findall(expression):
        family = named.get(series) or named[re.sub(r"_(bucket|sum|count)$", "", series)]
        assert (series != family.name) <= (family.kind is Kind.HISTOGRAM), series
        labels = dict(re.findall(r'(\w+)(?:=|!=|=~|!~)"([^"]*)"', matchers))
        assert set(labels) <= {*family.labels, "instance", "job"}, series
        assert labels.get("operation", "holdSeats") in {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("check", [["check", "rules", str(RULES)], ["test", "rules", "alerts.test.yaml"]], ids=str)
def test_prometheus_reads_the_rules_and_they_fire_when_they_should(check: list[str]) -> None:
    if shutil.which("promtool") is None:
        skip_for_want_of("promtool is not installed (Debian's package prometheus)")
    done = subprocess.run(["promtool", *check], cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
