#!/usr/bin/env bash
# Prints what GOFLAGS is while anything of a release, and whatever is tested as it is
# released, is compiled: one set of flags, so that nothing is compiled twice. They name no
# folder of this machine's, so that two copies of the sources share what was compiled.
set -euo pipefail
cd "$(dirname "$0")"
printf -- '-trimpath -buildvcs=false -overlay=%s %s\n' "$(./templates.sh)" "$(./cold.sh)"
