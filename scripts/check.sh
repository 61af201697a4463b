#!/bin/sh
# What CI runs before the tests, in the same words: format, lint, types, imports, the house's own rules.
set -eu
bin=.venv/bin
step() {
    printf '%s\n' "== $1" >&2
    shift
    "$@" >&2
}
step format "$bin/ruff" format --check src tests bench scripts
step lint "$bin/ruff" check --output-format concise src tests bench scripts
step types "$bin/mypy" src tests bench scripts
step imports "$bin/lint-imports" --no-cache
step tidy "$bin/python" -m pytest -q tests/tidy
step rules "$bin/python" -m scripts.rules
printf 'check: all good\n' >&2
