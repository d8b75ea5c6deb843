"""`frontrow notices`: webhooks and mails that were sent, or are still to be."""

from enum import StrEnum
from itertools import islice
from typing import Annotated

import typer
from rich.markup import escape

from frontrow.cli.console import out, print_table
from frontrow.cli.options import DataDir, Demo, Url, secret_of, settings_with

app = typer.Typer(no_args_is_help=True, help="Webhooks and mails that were sent, or are still to be.")


class State(StrEnum):
    """Whether a notice was delivered."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"


@app.command("list")
def list_notices(
    state: Annotated[State | None, typer.Option("--state", help="Only these; all by default.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most, newest first.")] = 50,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """List them, newest first, with why the last attempt failed."""
    from frontrow.cli.admin_client import admin_client

    with admin_client(settings_with(data_dir, demo=demo), url=url) as client:
        rows = [
            (
                f"{notice.created_at:%Y-%m-%d %H:%M:%S}Z",
                notice.notice_id,
                notice.type,
                notice.channel,
                notice.state.value,
                str(notice.tries),
                escape(notice.last_error or ("" if notice.last_status is None else str(notice.last_status))),
            )
            for notice in islice(client.notices(state=None if state is None else state.value), limit)
        ]
    print_table(("created", "notice", "type", "channel", "state", "tries", "last answer"), rows)


@app.command()
def send(
    notice_ids: Annotated[list[str], typer.Argument(metavar="NOTICE...", help="Their ids, as `list` shows them.")],
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Have notices sent again, delivered ones too: now, under the same ids."""
    from frontrow.cli.admin_client import admin_client

    with admin_client(settings_with(data_dir, demo=demo), url=url) as client:
        for notice_id in notice_ids:
            notice = client.send_notice(notice_id)
            out.print(f"{notice.notice_id} {notice.state.value}", highlight=False)


@app.command()
def secret(data_dir: DataDir = None, demo: Demo = False) -> None:
    """Print what webhooks are signed with, the newest first: for the server that takes them."""
    from frontrow.derived_keys import derived_key
    from frontrow.notices import webhook_secrets

    settings = settings_with(data_dir, demo=demo)
    for one in webhook_secrets(settings, key=derived_key(secret_of(settings), "webhooks")):
        typer.echo(one)
