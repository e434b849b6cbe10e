#!/usr/bin/env bash
# Make the scripts of the query page anew from frontend/ and its lock file.
# Only this needs node; the result is committed, so installing and serving never do.
# The bytes depend on the locked packages alone (esbuild among them), not on the version of node.
#   --check  compare with what is committed: exit 1 when a byte differs
set -euo pipefail
cd "$(dirname "$0")/.."
made=src/medrd_kg/web/static/query

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [[ ${#missing[@]} -gt 0 ]]; then
  if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]} from Debian, to make the scripts"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "make assets needs node 18 or later and npm: apt-get install nodejs npm" >&2
    exit 2
  fi
fi
echo "making $made with node $(node --version) and npm $(npm --version); packages as in frontend/package-lock.json"
before=$(cat "$made"/* 2>/dev/null | sha256sum || true)
(cd frontend && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node build.mjs)
after=$(cat "$made"/* | sha256sum)
echo "sha256 of what was made: ${after%% *}"
if [[ ${1:-} == --check && $before != "$after" ]]; then
  echo "the committed scripts differ from those that frontend/ makes: run make assets" >&2
  exit 1
fi
