"""`frontrow erase`: a person out of every order and booking."""

from typing import Annotated

import typer

from frontrow.cli.console import fail, out
from frontrow.cli.options import DataDir, Demo, Url, settings_with

_ERASE_S = 600


def erase(
    user: Annotated[str | None, typer.Option("--user", help="The user's id (the `sub` of its tokens).")] = None,
    email: Annotated[str | None, typer.Option("--email", help="The e-mail address that was given.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Erase a person's name, addresses, notes and user id; which seats were sold when, and for how much, stays.

    Refused while an order of theirs is not ended. It cannot be undone.
    """
    from frontrow.cli.admin_client import admin_client

    if user is None and email is None:
        fail("name who is to be erased: --user, --email, or both")
    with admin_client(settings_with(data_dir, demo=demo), url=url, timeout_s=_ERASE_S) as client:
        if not yes:
            typer.confirm("This cannot be undone. Erase this person?", abort=True, err=True)
        erased = client.erase_person(user_id=user, email=email)
    orders = "1 order or booking" if erased.changed == 1 else f"{erased.changed:,} orders and bookings"
    out.print("nobody was found" if not erased.changed else f"erased from {orders}", highlight=False)
