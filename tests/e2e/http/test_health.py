"""What an operator sees of the server's health: its stores, and how the sweeping of holds that ran out goes."""

from pathlib import Path

from tests.support.eventually import eventually
from tests.support.http_stack import EVENT, Api, Json, api_of, running_application
from tests.support.valkey import ValkeyServer


async def health(api: Api) -> Json:
    answer = await api.get("/health/ready")
    return {"http": answer.status, **answer.body}


async def test_a_healthy_server_says_so_and_shows_what_it_swept(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder) as application, api_of(application) as api:
        before = await health(api)
        assert (before["http"], before["status"]) == (200, "ready")
        assert before["sweep"] == {
            "state": "up",
            "lagMs": 0,
            "sweptSeats": 0,
            "failures": 0,
            "failingEvents": 0,
        }
        hold = await api.hold("A1", "A2")
        path = f"/api/v1/events/{EVENT}/holds/{hold['holdId']}/release"
        assert (await api.post(path, {"afterSeconds": 1})).status == 200

        async def swept() -> bool:
            return bool((await health(api))["sweep"]["sweptSeats"] == 2)

        await eventually(swept, "the two seats are swept")
        after = await health(api)
        assert after["status"] == "ready"
        assert after["sweep"]["lastPassAt"].endswith("Z")
