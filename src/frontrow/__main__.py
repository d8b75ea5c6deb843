"""`python -m frontrow` is the `frontrow` command."""

from frontrow.cli import main

main()
