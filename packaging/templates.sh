#!/usr/bin/env bash
# Prints a file for `go build -overlay`, with which a binary is a tenth smaller.
# Templates call methods by names that the linker cannot know, so that it keeps every
# exported method of every type that is linked. In that one line of text/template the
# names stand written out: those of our templates. All else is Go's own, as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/.bench/templates
exec_go=$(go env GOROOT)/src/text/template/exec.go
looked='ptr.MethodByName(fieldName)'
[ "$(grep -cF "$looked" "$exec_go")" = 1 ] || { echo "text/template no longer looks methods up as $looked: read packaging/templates.sh" >&2; exit 1; }

# What stands between {{ and }} in pages and texts, and of that what could be a method.
names() {
  find internal \( -name '*.html' -o -path 'internal/skill/*.md' \) -not -path '*/testdata/*' -exec cat {} + | tr '\n' ' ' |
    grep -oE '\{\{[^}]*\}\}' | grep -oE '\.[A-Z][A-Za-z0-9]*' | tr -d . | LC_ALL=C sort -u
}

mkdir -p "$folder"
new=$(mktemp "$folder/new.XXXXXX")
{
  sed "s/$looked/methodNamed(ptr, fieldName)/" "$exec_go"
  echo
  echo '// methodNamed looks a method up by a name that the linker reads here.'
  echo 'func methodNamed(v reflect.Value, name string) reflect.Value {'
  echo '	switch name {'
  names | sed 's/.*/	case "&":\n		return v.MethodByName("&")/'
  echo '	}'
  echo '	return reflect.Value{}'
  echo '}'
} >"$new"
if cmp -s "$new" "$folder/exec.go"; then rm "$new"; else mv "$new" "$folder/exec.go"; fi
printf '{"Replace": {"%s": "%s"}}\n' "$exec_go" "$folder/exec.go" >"$folder/overlay.json"
echo "$folder/overlay.json"
