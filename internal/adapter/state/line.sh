# A line is a file of which the rest stays as it is: what file.sh says of files holds.
# One that is not there is none with create=yes, and is what a line is to be absent from.
# changed: the whole file as it should be. Of several lines that match, the last is the
# one that becomes the line, and the others stay.
changed() {
  line=$line match=$match state=$state awk '
    function like(s) { return ENVIRON["match"] != "" && s ~ ENVIRON["match"] }
    { all[NR] = $0; if ($0 == ENVIRON["line"]) same = NR; if (like($0)) last = NR }
    END {
      for (i = 1; i <= NR; i++) {
        if (ENVIRON["state"] == "absent") { if (all[i] != ENVIRON["line"] && !like(all[i])) print all[i] }
        else if (!same && i == last) print ENVIRON["line"]
        else print all[i]
      }
      if (ENVIRON["state"] != "absent" && !same && !last) print ENVIRON["line"]
    }' "$text"
}
wanted() {
  case $line in *"
"*) fail "the line for $path has a line break: what fills it in comes to more than one line" ;; esac
  text=$path
  if [ "$now" = absent ]; then
    if [ "$state" = absent ]; then so=yes says="there is no file $path"; return; fi
    [ "$create" = yes ] || fail "there is no file $path: create=yes makes one with this line"
    text=/dev/null
  fi
  digest=$(changed | sha256sum)
  digest=${digest%% *}
  so=yes says="$path is as it should be"
  if [ "$has" = "$digest" ]; then return; fi
  so=no
  if [ "$state" = absent ]; then says="remove lines from $path"; return; fi
  # A last line without an end gets one with any change, and is no change by itself.
  if grep -qxF -e "$line" "$text"; then so=yes; else says="put the line into $path"; fi
  if [ "$now" = absent ]; then says="make $path with the line"; fi
}
shown() {
  if [ "$now" = absent ]; then
    if [ "$so" = no ] && [ "$diff" != no ]; then printf 'after=%s\n' "$(changed | base64 | tr -d '\n')"; fi
    return
  fi
  [ "$size" -le 65536 ] || return 0
  case $diff,$mode_now in yes,* | ,*[4567]) ;; *) return 0 ;; esac
  printf 'content=%s\nafter=%s\n' "$(base64 <"$path" | tr -d '\n')" "$(changed | base64 | tr -d '\n')"
}
make() {
  fresh
  (umask 077; set -C; changed >"$tmp") || fail "the new content of $path could not be written; nothing was changed"
  [ "$(digest_of "$tmp")" = "$digest" ] || fail "the new content of $path was not written whole; nothing was changed"
  belongs
  validated
  backed_up
  place
}
