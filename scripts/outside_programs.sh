#!/bin/sh
# Programs of others that some tests hold our results against: Debian's hledger, ledger, beancount and LibreOffice's calc.
# Where they cannot be installed, those tests are skipped and say so.
set -eu
missing=
for pair in hledger=hledger ledger=ledger bean-check=beancount soffice=libreoffice-calc-nogui; do
    command -v "${pair%=*}" >/dev/null 2>&1 || missing="$missing ${pair#*=}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    printf 'Not here:%s. Debian: sudo apt-get install%s\n' "$missing" "$missing" >&2
    exit 0
fi
printf 'Installing%s …\n' "$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# The names are split into words on purpose; nobody waits long for a mirror that does not answer.
{ timeout 120 apt-get update -q && timeout 300 apt-get install -y -q --no-install-recommends $missing; } >&2 ||
    printf 'Not to be had here:%s\n' "$missing" >&2
