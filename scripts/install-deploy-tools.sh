#!/usr/bin/env bash
# Installs kubectl and docker-compose, with which the tests read deploy/kubernetes and compose.yaml. Those of Debian 12 are
# too old: its kubectl knows no component of Kustomize, its docker-compose no Compose specification. There both come from
# Debian 13, by lists of their own: nothing else on the machine is changed, and later installs see Debian 12 alone.
set -euo pipefail

has_kubectl() { kubectl version --client 2>/dev/null | grep -qE '^Kustomize Version: v([5-9]|[1-9][0-9])'; }
has_compose() { docker-compose version --short 2>/dev/null | grep -qE '^v?([2-9]|[1-9][0-9])\.'; }

missing=()
has_kubectl || missing+=(kubectl)
has_compose || missing+=(docker-compose)
[ ${#missing[@]} -gt 0 ] || exit 0

fail() {
  echo "$1 Install kubectl with Kustomize 5 (kubectl 1.27 or newer) and Docker Compose 2.24 or newer (as docker-compose) by hand." >&2
  exit 1
}
command -v apt-get >/dev/null || fail 'This is no Debian.'
# The mirror that this machine uses already.
mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main'; }
[ -n "$(mirror)" ] || apt-get update -qq
mirror=$(mirror | head -n 1)
[ -n "$mirror" ] || fail "None of apt's sources is Debian's."

own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
mkdir -p "$own/lists/partial" "$own/cache/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$own/sources.list"
from_debian_13() {
  apt-get -qq -o Dir::Etc::SourceList="$own/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
    -o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$own/lists" -o Dir::Cache="$own/cache" \
    -o APT::Sandbox::User=root "$@"
}
echo "Installing ${missing[*]} of Debian 13"
from_debian_13 update || fail 'The mirror has no Debian 13.'
DEBIAN_FRONTEND=noninteractive from_debian_13 install --yes --no-install-recommends --no-upgrade --no-remove "${missing[@]}" >/dev/null ||
  fail "${missing[*]} of Debian 13 cannot be installed beside what is installed."
has_kubectl && has_compose || fail 'Older programs come first in the PATH.'
