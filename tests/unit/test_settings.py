"""Settings: what the environment may say, and what it hears when it says something else."""

import re
from pathlib import Path

import msgspec
import pytest

from frontrow.domain.errors import ConfigurationError
from frontrow.settings import DirectBooking, LogLevel, Settings, load, unknown_variables, variable_of

OPERATIONS_PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert load({}) == Settings()


def test_empty_variables_count_as_unset() -> None:
    assert load({"FRONTROW_HOLD_MINUTES": " ", "FRONTROW_REDIS_URL": ""}) == Settings()


def test_every_kind_of_value_is_read() -> None:
    settings = load(
        {
            "FRONTROW_DATA_DIR": "/srv/frontrow",
            "FRONTROW_HOLD_MINUTES": "15",
            "FRONTROW_GUEST_TOKENS": "off",
            "FRONTROW_DIRECT_BOOKING": "anyone",
            "FRONTROW_CORS_ORIGINS": "https://a.example, https://b.example",
            "FRONTROW_LOG_LEVEL": "warning",
        }
    )
    assert settings.data_folder == Path("/srv/frontrow")
    assert settings.hold_minutes == 15
    assert settings.guest_tokens is False
    assert settings.direct_booking is DirectBooking.ANYONE
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.log_level is LogLevel.WARNING


@pytest.mark.parametrize("text", ["true", "1", "on", "yes"])
def test_switches_can_be_said_in_several_ways(text: str) -> None:
    assert load({"FRONTROW_GUEST_TOKENS": text}).guest_tokens is True


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("FRONTROW_HOLD_MINUTES", "0", ">= 1"),
        ("FRONTROW_HOLD_MINUTES", "121", "<= 120"),
        ("FRONTROW_HOLD_MINUTES", "soon", "expected `int`"),
        ("FRONTROW_DIRECT_BOOKING", "nobody", "`integrator` or `anyone`"),
        ("FRONTROW_GUEST_TOKENS", "perhaps", "expected `bool`"),
        ("FRONTROW_LOG_LEVEL", "loud", "`debug`, `info`, `warning` or `error`"),
    ],
)
def test_a_bad_value_is_refused_naming_the_variable_and_what_it_may_be(variable: str, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load({variable: text})
    assert variable in str(refusal.value)
    assert said in str(refusal.value)


def test_a_variable_that_no_setting_reads_is_named() -> None:
    assert unknown_variables({"FRONTROW_HOLD_MINUTS": "5", "FRONTROW_HOLD_MINUTES": "5", "PATH": "/bin"}) == [
        "FRONTROW_HOLD_MINUTS"
    ]


def test_the_operations_page_lists_exactly_the_settings() -> None:
    documented = re.findall(r"^\| `(FRONTROW_[A-Z_]+)` \|", OPERATIONS_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == [variable_of(field.name) for field in msgspec.structs.fields(Settings)]
