"""Options that several commands share, and the settings they lead to."""

from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs
import typer

from frontrow.installation import Installation
from frontrow.settings import Settings, load

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Folder of the embedded stores, before FRONTROW_DATA_DIR."),
]
Demo = Annotated[bool, typer.Option("--demo", help="The data of `frontrow demo`, which has a folder of its own.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help="TCP port to listen on.")]
Url = Annotated[
    str | None,
    typer.Option("--url", help="Speak to this running server, not to the stores; before FRONTROW_SERVER_URL."),
]


def settings_with(data_dir: Path | None, *, demo: bool = False) -> Settings:
    """The environment's settings, with the folder named on the command line if there is one, or else the demo's."""
    settings = load()
    if data_dir is not None:
        settings = msgspec.structs.replace(settings, data_dir=data_dir)
    return msgspec.structs.replace(settings, data_dir=demo_folder(settings)) if demo else settings


def demo_folder(settings: Settings) -> Path:
    """Where `frontrow demo` keeps its data under these settings: a folder of its own unless one is named."""
    return settings.data_dir or platformdirs.user_data_path("frontrow") / "demo"


def secret_of(settings: Settings) -> str:
    """The secret that signs and verifies tokens: the configured one, else the data folder's own.

    Raises:
        ConfigurationError: see Installation.secret.
    """
    return Installation(settings).secret
