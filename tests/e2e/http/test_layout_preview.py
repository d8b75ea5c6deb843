"""A drawing judged without being published: what an operator is shown before deciding."""

import pytest

from tests.support.charts import real_chart
from tests.support.house import small_layout
from tests.support.http_stack import LAYOUT, Api

PREVIEW = "/api/v1/layouts?dryRun=true"
ADMIN = ("boss", "admin")


async def test_a_preview_is_what_publishing_would_serve_and_stores_nothing(api: Api) -> None:
    wider = small_layout(seats_per_row=12)
    previewed = await api.post(PREVIEW, wider, by=ADMIN)
    assert previewed.status == 200
    assert (await api.get(f"/api/v1/layouts/{LAYOUT}")).body["version"] == 1
    published = await api.post("/api/v1/layouts?dryRun=false", wider, by=ADMIN)
    assert (published.status, published.body["version"]) == (201, 2)
    served = await api.get(f"/api/v1/layouts/{LAYOUT}/versions/2")
    assert previewed.body.pop("layout") == served.body
    assert previewed.body == {
        "layoutId": LAYOUT, "name": wider.name, "seatCount": 32, "tableCount": 2, "sections": [],
        "categories": [
            {"categoryId": "standard", "name": "Standard", "color": wider.categories[0].color, "seatCount": 12},
            {"categoryId": "vip", "name": "VIP", "color": wider.categories[1].color, "seatCount": 20},
        ],
        "warnings": published.body["warnings"],
    }  # fmt: skip


async def test_a_preview_names_the_same_faults_as_publishing(api: Api) -> None:
    bad = {"id": "bad", "name": "Bad", "canvasW": 0, "canvasH": 100, "categories": [], "seats": [{"id": "no spaces"}]}
    previewed, published = await api.post(PREVIEW, bad, by=ADMIN), await api.post("/api/v1/layouts", bad, by=ADMIN)
    assert (previewed.status, published.status) == (422, 422)
    assert previewed.body["errors"] == published.body["errors"]
    assert len(previewed.body["errors"]) > 2
    broken = await api.ask("POST", PREVIEW, content=b"{", headers={"content-type": "application/json"}, by=ADMIN)
    assert broken.code == "malformed"


@pytest.mark.parametrize("name", ["sampleChartWithTables", "sampleChartWithSections"])
async def test_a_chart_is_previewed_as_the_drawing_it_would_become(api: Api, name: str) -> None:
    answer = await api.ask(
        "POST",
        f"{PREVIEW}&format=seatsio",
        content=real_chart(name),
        headers={"content-type": "application/json"},
        by=ADMIN,
    )
    assert answer.status == 200, answer
    body = answer.body
    assert body["seatCount"] == len(body["layout"]["seats"]) > 0
    assert sum(it["seatCount"] for it in body["categories"]) == body["seatCount"]
    assert [it["sectionId"] for it in body["sections"]] == [it["id"] for it in body["layout"].get("sections", [])]
    assert (await api.get(f"/api/v1/layouts/{body['layoutId']}")).status == 404


@pytest.mark.parametrize(("value", "status"), [("yes", 422), ("1", 200), ("True", 200), ("0", 201)])
async def test_dry_run_is_a_yes_or_a_no(api: Api, value: str, status: int) -> None:
    answer = await api.post(f"/api/v1/layouts?dryRun={value}", small_layout(), by=ADMIN)
    assert answer.status == status
    if status == 422:
        assert [fault["field"] for fault in answer.body["errors"]] == ["dryRun"]
