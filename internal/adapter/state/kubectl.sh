needs kubectl sha256sum base64
what=$resource
kept_by=${kept##*/}
[ -n "${context:=${TARGET_CONTEXT:-}}" ] || fail "no context: write context=NAME, or give the cluster's resource in the catalog the label context"
k() { kubectl --context "$context" ${namespace:+--namespace "$namespace"} --request-timeout=30s "$@"; }
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
trap 'exit 143' TERM HUP INT
# digest: what is there in a form that is compared. That of a Secret cannot be guessed at
# by those who do not know the uid, which is not shown.
digest() {
  salt=
  if [ "$do" = secret ]; then salt=$(k get "$resource" --ignore-not-found -o 'jsonpath={.metadata.uid}'); fi
  set -- "$(printf '%s' "$salt$1" | sha256sum)"
  printf 'sha256:%.32s' "$1"
}
# is: the parts of the object as they are, behind its name; nothing when it is not there.
is() { k get "$resource" --ignore-not-found -o "jsonpath={.metadata.name}{\"\\n\"}$paths"; }
# trial: what the cluster itself says would come of it. A field that it does not know it drops, and warns.
trial() {
  would=$("$@" --dry-run=server -o "jsonpath={.metadata.name}{\"\\n\"}$paths" 2>"$errors") || fail "$(tail -n 3 "$errors")"
  if grep -q 'unknown field' "$errors"; then fail "the cluster has no such field: $(grep 'unknown field' "$errors")"; fi
}
patched() { k patch "$resource" --type "$type" -p "$patch" "$@"; }
applied() { printf '%s' "$patch" | k apply --server-side --force-conflicts --field-manager=prentice -f - "$@"; }
# manifest: a Secret with the values that the step was given; none are there when it is planned.
manifest() {
  fields=
  while read -r name variable; do
    [ -n "$name" ] || continue
    eval "value=\${$variable-}"
    [ -n "$value" ] || return 1
    fields="$fields${fields:+,}\"$name\":\"$(printf '%s' "$value" | base64 | tr -d '\n')\""
  done <<END
$keys
END
  patch="{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"${resource#*/}\"},\"data\":{$fields}}"
}
look() {
  are=$(is)
  so=no would= says="$do: $says_so"
  now=absent
  if [ -n "$are" ]; then now=$(digest "$are"); fi
  case $do in
  delete) if [ -z "$are" ]; then so=yes says="$resource is not there"; fi; return ;;
  apply) trial applied ;;
  secret) if manifest; then trial applied; fi ;;
  *) [ -n "$are" ] || fail "there is no $resource in ${namespace:-the cluster} of $context" ;;
  esac
  case $do in
  patch) trial patched ;;
  restart)
    patch="{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"prentice.dev/restarted-by\":\"$run.$kept_by\"}}}}}" type=strategic
    trial patched
    ;;
  scale) would="${resource#*/}
$replicas" ;;
  cordon) would="${resource#*/}
true" ;;
  uncordon) if [ "$are" = "${resource#*/}
false" ]; then would=$are; else would=${resource#*/}; fi ;;
  rollback)
    [ ! -f "$kept/was" ] || [ "$now" = "$(cat "$kept/was")" ] || so=yes
    return
    ;;
  esac
  if [ -n "$would" ] && [ "$are" = "$would" ]; then so=yes says=$says_so; fi
}
report() {
  printf 'now=%s\nso=%s\nsays=%s\n' "$(one_line "$now")" "$so" "$(one_line "$says")"
  if [ "$how" = look ] && [ "$do" != secret ] && [ "$do" != restart ] && [ -n "$would" ]; then
    printf 'is=%s\nbecomes=%s\n' "$(printf '%s' "$are" | base64 | tr -d '\n')" "$(printf '%s' "$would" | base64 | tr -d '\n')"
  fi
}
keep() {
  (umask 077
  printf '%s\n' "$are" | tail -n +2 >"$1/parts"
  if [ "$do" = delete ]; then k get "$resource" -o json | sed '/^ *"resourceVersion": "[0-9]*",$/d' >"$1/object"; fi)
}
make() {
  case $do in
  patch | restart) patched ;;
  apply | secret) applied ;;
  delete) k delete "$resource" --ignore-not-found --wait=false ;;
  scale) k scale "$resource" --replicas "$replicas" ;;
  rollback) k rollout undo "$resource" ${revision:+--to-revision="$revision"} ;;
  *) k "$do" "${resource#*/}" ;;
  esac
}
# restore: each part as it was, and no other.
restore() {
  if [ "$was" = absent ]; then k delete "$resource" --ignore-not-found --wait=false; return; fi
  if [ "$do" = delete ]; then k create -f "$1/object"; return; fi
  edits=
  while IFS= read -r place <&3; do
    [ -n "$place" ] || continue
    value=
    IFS= read -r value <&4 || :
    if [ -n "$value" ]; then edit="{\"op\":\"add\",\"path\":\"$place\",\"value\":$value}"; else edit="{\"op\":\"remove\",\"path\":\"$place\"}"; fi
    edits="$edits${edits:+,}$edit"
  done 3<<END 4<"$1/parts"
$pointers
END
  k patch "$resource" --type json -p "[$edits]"
}
