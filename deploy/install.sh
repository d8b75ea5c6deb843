#!/bin/sh
# Installs Frontrow from this checkout into an empty folder of its own, with the versions it is tested with.
# The Dockerfile runs it, and so do hosts without containers, each version beside the others:
#   PYTHON=python3.13 deploy/install.sh /opt/frontrow/0.1.0
# What runs is left alone; docs/deployment.md tells how a host goes over to the new version.
set -eu
umask 022 # whoever runs it has to read it

prefix=${1:?where to install, such as /opt/frontrow/0.1.0}
python=${PYTHON:-python3}
checkout=$(cd "$(dirname "$0")/.." && pwd)

if [ -e "$prefix" ] && [ -n "$(ls -A "$prefix")" ]; then
  echo "$prefix is not empty, and may be what runs: name a folder of its own for this version" >&2
  exit 1
fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$python is older than 3.11: set PYTHON" >&2; exit 1; }

wheels=$(mktemp -d)
trap 'rm -rf "$wheels"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export PIP_CONSTRAINT="$checkout/constraints.txt" # of what builds the wheel, too

"$python" -m venv "$prefix"
"$prefix/bin/python" -m pip wheel --quiet --no-deps --wheel-dir "$wheels" "$checkout"
wheel=$(echo "$wheels"/frontrow-*.whl)
"$prefix/bin/python" -m pip install --quiet "${wheel}[stripe]"
"$prefix/bin/python" -m pip uninstall --quiet --yes setuptools pip # what runs needs nothing to install with
"$prefix/bin/frontrow" --version
