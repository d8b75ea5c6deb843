"""The real program, but that it waits for nobody for long: `python -m tests.support.hasty_server` and `frontrow`'s own.

How long it lets alone whoever is at something, or may have died at it, are constants of its modules. They are shortened
here, in the order they have among each other, before the application is composed. Servers that share a data folder
have to share them, too.
"""

import importlib
import sys

SHORTENED: dict[str, dict[str, float]] = {
    "frontrow.domain.hold": {"BOOKING_GUARD_MS": 4_000},
    "frontrow.domain.owed": {"TAKE_OVER_AFTER_MS": 2_000},
    "frontrow.domain.order_decisions": {
        "TAKE_OVER_AFTER_MS": 1_000,
        "PENDING_GRACE_MS": 6_000,
        "LOOK_PAUSE_MS": 500,
        "LOOK_PAUSE_MS_MAX": 2_000,
        "FORGOTTEN_AFTER_MS": 6_000,
        "REFUNDING_PAUSE_MS": 1_000,
    },
    "frontrow.adapters.sql.writer": {"GUARD_TO_TAKE_MS_MIN": 1_500, "GUARD_TO_COMMIT_MS_MIN": 500},
    "frontrow.services.order_payments": {"LEASE_MS": 3_000},
    "frontrow.services.order_keeper": {"LEASE_MS": 4_000, "PAUSE_MS": 500, "PAUSE_MS_MAX": 2_000},
    "frontrow.services.refunding": {"PAUSE_MS": 1_000, "PAUSE_MS_MAX": 4_000},
    "frontrow.services.relay": {"TAKE_OVER_AFTER_MS": 1_000},
    "frontrow.services.reconcile": {"SUSPECT_MS": 2_000, "ROTATION_PAUSE_S": 1.0},
}
"""By the module that has it: what each is here."""


def hurry() -> None:
    """Shorten them wherever they are known by now; who imports them later takes them from their own modules."""
    importlib.import_module("frontrow.app")
    modules = [module for name, module in [*sys.modules.items()] if name.startswith("frontrow.")]
    for owner, constants in SHORTENED.items():
        for name, shortened in constants.items():
            usual = getattr(sys.modules[owner], name)
            assert shortened < usual, f"{owner}.{name} is {usual}"
            for module in modules:
                # Others of the same name have other values, and are other constants.
                if getattr(module, name, None) == usual:
                    setattr(module, name, shortened)


def main() -> None:
    """Serve until told to stop."""
    hurry()
    from frontrow.cli import main as run  # noqa: PLC0415 (after the constants are shortened)

    sys.argv[0] = "frontrow"
    run()


if __name__ == "__main__":
    main()
