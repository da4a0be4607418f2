#!/usr/bin/env bash
# The helper that prentice puts on hosts, for each kind of host, into the folder from
# which it is built into prentice. Built twice, it is the same to the byte.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=internal/kit/outlive/helper
for arch in amd64 arm64; do
  GOFLAGS= CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" -o "$folder/program" ./cmd/prentice-helper
  gzip -9n <"$folder/program" >"$folder/new"
  rm "$folder/program"
  if cmp -s "$folder/new" "$folder/linux-$arch.gz"; then rm "$folder/new"; else mv "$folder/new" "$folder/linux-$arch.gz"; fi
done
