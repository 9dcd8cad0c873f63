#!/usr/bin/env bash
# Installs what the tests need from Debian's packages where the machine lacks it: Chromium (pages
# are tested in a real browser), Java (the HTML checker runs on it), R (the examples are run).
# With arguments, only those: scripts/test-machine.sh chromium
set -euo pipefail

declare -A package=([chromium]=chromium [java]=default-jre-headless [Rscript]=r-base-core)
[ $# -gt 0 ] || set -- chromium java Rscript
missing=()
for program in "$@"; do
  command -v "$program" >/dev/null || missing+=("${package[$program]}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "Mancano: ${missing[*]}. Installarli con gli strumenti del sistema e riprovare." >&2
  exit 1
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "• pacchetti Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
