#!/bin/sh
# Starts Valkey with two users: `frontrow`, who may do what the API does and nothing else, and `admin`, who empties
# the store after the ledger was restored. Passwords come from the environment, and stand nowhere but in memory.
set -eu
