#!/usr/bin/env bash
# Everything that a release consists of, into dist/: for each architecture a
# static binary in a tar.gz, a deb and an rpm; one OCI image for both; checksums.
# Usage: packaging/package.sh VERSION [ARCH …]
set -euo pipefail
cd "$(dirname "$0")/.."
version=${1:?"usage: packaging/package.sh VERSION [ARCH …]"}
shift
case $version in [0-9]*) ;; *) version=0.0.0+$version ;; esac # packages want a number first
arches=("$@")
[ "${#arches[@]}" -gt 0 ] || arches=(amd64 arm64)
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0
dist=$(realpath -m "${DIST:-dist}")
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

packaging/helper.sh
GOFLAGS=$(packaging/flags.sh)
export GOFLAGS CGO_ENABLED=0
rm -rf "$dist"
mkdir -p "$dist"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# binary ARCH FILE
binary() {
  GOOS=linux GOARCH=$1 go build \
    -ldflags "-s -w -X main.version=$version -X main.commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" -o "$2" ./cmd/prentice
}

# Manual pages and completions are the same everywhere; this machine prints them.
here=$work/here
mine=$(go env GOHOSTARCH)
binary "$mine" "$here/prentice"
"$here/prentice" man "$here/man" >/dev/null
gzip -9n "$here"/man/*.1
for shell in bash zsh fish; do "$here/prentice" completion "$shell" >"$here/$shell"; done

for arch in "${arches[@]}"; do
  root=$work/$arch
  mkdir -p "$root"/usr/share/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
  if [ "$arch" = "$mine" ]; then install -D "$here/prentice" "$root/usr/bin/prentice"; else binary "$arch" "$root/usr/bin/prentice"; fi
  cp "$here"/man/*.gz "$root/usr/share/man/man1/"
  cp "$here/bash" "$root/usr/share/bash-completion/completions/prentice"
  cp "$here/zsh" "$root/usr/share/zsh/site-functions/_prentice"
  cp "$here/fish" "$root/usr/share/fish/vendor_completions.d/prentice.fish"
  for format in deb rpm; do
    VERSION=$version ARCH=$arch ROOT=$root GOFLAGS= go run "$nfpm" package --config packaging/nfpm.yaml --packager "$format" --target "$dist"
  done
  folder=prentice_${version}_linux_$arch
  mkdir -p "$work/$folder"
  cp "$root/usr/bin/prentice" LICENSE README.md packaging/prentice.service packaging/prentice.toml "$work/$folder/"
  cp -r "$root/usr/share" "$work/$folder/"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C "$work" -cf - "$folder" | gzip -9n >"$dist/$folder.tar.gz"
done

(cd packaging/image && GOFLAGS= go run . -version "$version" -roots "$work" -out "$dist/prentice_${version}_oci.tar" "${arches[@]}")
(cd "$dist" && sha256sum -- * >SHA256SUMS && ls -1sh)
