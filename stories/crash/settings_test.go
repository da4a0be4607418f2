package crash

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A procedure that has what the others have not: a value that a check captures and that decides
// the plan, a file, an act that is repeated and hands a value on, and a pause and a question
// between batches. The file is looked at by validate between its writing and its renaming: there
// is a point at which prentice is killed.
const settling = `---
procedure: place-settings
summary: Place the settings of the shop, one host after the other
owner: group:platform
review_by: 2027-11-01
targets: '["left", "right"]'
limits: {max_targets: 2, parallel: 1, max_unhealthy: 100%, cooldown: 1ms, timeout: 30s, approval_expires: 1h}
---

# Place the settings

## Check

` + "```sh id=seen out=release:int" + `
cat "$PRENTICE_STATE/release"
` + "```" + `

## Act

` + "```file id=conf path=@/settings mode=0644 validate=\"exec sh @/die conf:0 %s\"" + `
new
` + "```" + `

` + "```sh id=swap idempotent retry=2 delay=100ms if=${steps.seen.out.release == 2} out=is:int" + `
test -e "$PRENTICE_RUN_FOLDER/tried" || { true >"$PRENTICE_RUN_FOLDER/tried"; exit 1; }
grep -qx "$TARGET_NAME" "$PRENTICE_STATE/swaps" || echo "$TARGET_NAME" >>"$PRENTICE_STATE/swaps"
cat "$PRENTICE_STATE/release"
` + "```" + `

## Between

` + "```wait id=rest for=50ms" + `
` + "```" + `

` + "```human id=go-on" + `
Is it well?
` + "```" + `

## Verify

` + "```sh id=swapped where=target" + `
test "$(grep -cx "$TARGET_NAME" "$PRENTICE_STATE/swaps")" = 1
test "$(cat "$PRENTICE_STATE/settings")" = new
test "$OUT_SWAP_IS" = 2
` + "```" + `
`

const settled = `apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: left, annotations: {prentice.dev/local: "true", prentice.dev/place: left}}
spec: {type: host, owner: group:platform}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: right, annotations: {prentice.dev/local: "true", prentice.dev/place: right}}
spec: {type: host, owner: group:platform}
`

// settle adds the procedure and its two hosts to a team.
func (c *crew) settle(state string) error {
	const name = "place-settings"
	c.texts[name], c.points[name] = watched(strings.ReplaceAll(settling, "@", state))
	c.points[name]["Act"] = append(c.points[name]["Act"], "conf:0")
	file := filepath.Join(c.folder, "two", "catalog-info.yaml")
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(settled), 0o600))
}

// unsettled is how it is before.
func unsettled(state string) error {
	left, err := filepath.Glob(filepath.Join(state, ".settings.*"))
	for _, f := range append(left, filepath.Join(state, "swaps")) {
		err = errors.Join(err, os.RemoveAll(f))
	}
	return errors.Join(err, os.WriteFile(filepath.Join(state, "settings"), []byte("old\n"), 0o600), os.WriteFile(filepath.Join(state, "release"), []byte("2\n"), 0o600))
}

// settlements is one where all of it has happened, and nothing is left beside it; 0 where
// nothing has, and more where something is half, double or left.
func settlements(state string) int {
	raw, _ := os.ReadFile(filepath.Join(state, "settings")) // one that is not there is half
	swaps, text := lines("swaps")(state), string(raw)
	left, _ := filepath.Glob(filepath.Join(state, ".settings.*")) // the pattern is good
	switch {
	case len(left) == 0 && swaps == 2 && text == "new\n":
		return 1
	case len(left) == 0 && swaps == 0 && text == "old\n":
		return 0
	}
	return 10 + swaps
}
