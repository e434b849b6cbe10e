#!/usr/bin/env bash
# Install what some tests need beyond Python: a JDK for HermiT and the OWL API; a browser with a
# Japanese font for the pages. Without root or apt the tests concerned are skipped; this says which.
set -euo pipefail

missing=()
command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
command -v chromium >/dev/null || missing+=(chromium)
[[ -d /usr/share/fonts/opentype/noto ]] || missing+=(fonts-noto-cjk)
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
  echo "installing ${missing[*]} for the tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "not root: ${missing[*]} stay missing, so the tests that need them will be skipped"
fi
