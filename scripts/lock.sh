#!/bin/sh
# Writes the lock files: names, versions and hashes for every platform, no index addresses.
set -eu
uv=${UV:-.venv/bin/uv}
lock() {
    "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate "$@"
}
printf 'uv\n' | lock - -o requirements/installer.txt
lock pyproject.toml --extra compiled -o requirements/run.txt
lock --group dev -c requirements/run.txt -o requirements/dev.txt
lock pyproject.toml --extra ocr -c requirements/run.txt -o requirements/ocr.txt
lock pyproject.toml --extra cluster -c requirements/run.txt -o requirements/cluster.txt
