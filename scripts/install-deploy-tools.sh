#!/usr/bin/env bash
# Installs kubectl and docker-compose, with which the tests read deploy/kubernetes and compose.yaml, and Valkey. Debian 12 has
# no Valkey, and the others are too old: its kubectl knows no component of Kustomize, its docker-compose no Compose
# specification. There all come from Debian 13, by lists of their own: nothing else on the machine is changed, and later
# installs see Debian 12 alone.
set -euo pipefail

has_kubectl() { kubectl version --client 2>/dev/null | grep -qE '^Kustomize Version: v([5-9]|[1-9][0-9])'; }
has_compose() { docker-compose version --short 2>/dev/null | grep -qE '^v?([2-9]|[1-9][0-9])\.'; }
has_valkey() { valkey-server --version 2>/dev/null | grep -qE '^Valkey server v=([89]|[1-9][0-9])\.'; }

missing=()
has_kubectl || missing+=(kubectl)
has_compose || missing+=(docker-compose)
needs_valkey=false
has_valkey || needs_valkey=true
[ ${#missing[@]} -gt 0 ] || $needs_valkey || exit 0

fail() {
  echo "$1 Install kubectl with Kustomize 5 (kubectl 1.27 or newer), Docker Compose 2.24 or newer (as docker-compose) and Valkey 8 or newer (as valkey-server) by hand." >&2
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
mkdir -p "$own/lists/partial" "$own/cache/archives/partial" "$own/apart/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$own/sources.list"
from_debian_13() {
  apt-get -qq -o Dir::Etc::SourceList="$own/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
    -o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$own/lists" -o Dir::Cache="$own/cache" \
    -o APT::Sandbox::User=root "$@"
}

# Valkey of Debian 13 needs a libc that is newer than that of Debian 12: it runs by that libc's own loader, from a folder
# that has all its libraries. A machine without any package needs all of them, so apt names them.
install_valkey() {
  local folder=/usr/local/lib/valkey-server package libraries loader
  touch "$own/apart/no-packages"
  from_debian_13 -o Dir::State::Status="$own/apart/no-packages" -o Dir::Cache::Archives="$own/apart/archives" \
    install --yes --no-install-recommends --download-only valkey-server >/dev/null || return
  for package in "$own"/apart/archives/*.deb; do dpkg-deb --extract "$package" "$own/apart/root" || return; done
  libraries=$(echo "$own"/apart/root/usr/lib/*-linux-gnu*)
  loader=$(basename "$libraries"/ld-linux-*.so.*)

  rm -rf "$folder"
  mkdir -p "$folder" || return
  cp -L "$own/apart/root/usr/bin/valkey-server" "$libraries/$loader" "$folder" || return
  "$libraries/$loader" --library-path "$libraries" --list "$folder/valkey-server" |
    sed -n "s|.* => \($libraries/[^ ]*\) .*|\1|p" | grep -v "/$loader$" | xargs cp -L -t "$folder" || return
  printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$folder/$loader" "$folder" "$folder/valkey-server" >"$own/apart/valkey-server"
  install "$own/apart/valkey-server" /usr/local/bin
}

from_debian_13 update || fail 'The mirror has no Debian 13.'
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${missing[*]} of Debian 13"
  DEBIAN_FRONTEND=noninteractive from_debian_13 install --yes --no-install-recommends --no-upgrade --no-remove "${missing[@]}" >/dev/null ||
    fail "${missing[*]} of Debian 13 cannot be installed beside what is installed."
fi
if $needs_valkey; then
  echo 'Installing valkey-server of Debian 13'
  install_valkey || fail 'valkey-server of Debian 13 cannot be installed into /usr/local.'
fi
has_kubectl && has_compose && has_valkey || fail 'Older programs come first in the PATH.'
