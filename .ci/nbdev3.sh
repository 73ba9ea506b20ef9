#!/usr/bin/env bash
# nbdev 3 exports the same package as nbdev 2.4, with which it is developed: in an environment of its own, on a copy.
# One thing is left out of the comparison: nbdev 3 does not read the site's address from settings.ini, which the index of names holds.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv" && "$tmp/venv/bin/pip" install -q 'nbdev>=3'
git clone -q . "$tmp/copy"
(cd "$tmp/copy" && "$tmp/venv/bin/nbdev-export")
git -C "$tmp/copy" diff --exit-code -I"^(d = \{)? *'(settings|branch|doc_baseurl|doc_host|git_url|lib_path)'" -- pokegan
echo "nbdev $("$tmp/venv/bin/pip" show nbdev 2>/dev/null | sed -n 's/^Version: //p') exports the same modules"
