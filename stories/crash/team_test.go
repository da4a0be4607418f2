package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"prentice/internal/demo"
)

// quick makes the sample team's times short and its background looking rare:
// what happens in a trial is what the trial asks for.
var quick = strings.NewReplacer(
	"event.data.consecutive >= 2", "event.data.consecutive >= 2000", "cooldown: 1s", "cooldown: 1ms", "settle=1s silence=2s interval=250ms", "settle=20ms silence=100ms interval=50ms",
	"interval: 1s", "interval: 24h", "fail_after: 2", "fail_after: 1000", "fail_after: 5", "fail_after: 1000",
	"timeout: 500ms", "timeout: 5s", "timeout: 900ms", "timeout: 5s",
)

// dying is what a step runs between its lines when it is told to kill prentice
// there. With a plus it goes on by itself, as it always does on another machine;
// without, the power has failed: whatever keeps the step, and the step, end too.
const dying = `state=${FAR_STATE:-$PRENTICE_STATE}
wish=$(cat "$state/kill-at")
case $wish in "$1" | "$1+") ;; *) exit 0 ;; esac
rm "$state/kill-at"
kill -9 "$(cat "$state/prentice.pid")"
test -z "${FAR_STATE:-}" || exit 0
case $wish in *+) exit 0 ;; esac
read -r stat <"/proc/$PPID/stat"
set -- ${stat##*")"}
kill -9 "$2" "-$3"
`

// A verification that fails, and a procedure whose step has no done? question and hands
// on what it printed.
const (
	spoiling = "\n```sh id=helped\necho 'it did not help'; exit 1\n```\n"
	charging = `---
procedure: charge-a-fee
summary: Take a fee that must never be taken twice
owner: group:platform
review_by: 2027-11-01
inputs:
  service: {type: service, default: payments, doc: Who is paid.}
targets: service(inputs.service).hosts
limits: {max_targets: 1, parallel: 1, max_unhealthy: 100%, cooldown: 1ms, timeout: 30s, approval_expires: 1h}
---

# Charge a fee

## Act

` + "```sh id=charge out=fee:string" + `
test -n "$PRENTICE_RUN"
echo "$PRENTICE_RUN" >> "$PRENTICE_STATE/charges"
echo "fee of $PRENTICE_RUN"
` + "```" + `

## Verify

` + "```sh id=charged" + `
test "$(grep -cx "$PRENTICE_RUN" "$PRENTICE_STATE/charges")" = 1
test "$OUT_CHARGE_FEE" = "fee of $PRENTICE_RUN"
` + "```" + `
`
)

// distant makes the same of it on another machine.
var distant = strings.NewReplacer("procedure: charge-a-fee", "procedure: charge-far", "service(inputs.service).hosts", `'["far"]'`, "PRENTICE_STATE", "FAR_STATE",
	"/charges", "/far-charges", "inputs:\n  service: {type: service, default: payments, doc: Who is paid.}\n", "")

// crew is the sample team as trials use it.
type crew struct {
	folder string
	texts  map[string]string // of the procedures
	points map[string]points // of their acting steps
	spoilt bool              // the procedures that lie there do not help
}

// install writes the sample team, with its services run by a program of their
// own.
func install(folder, state, shop string, ports demo.Ports) (*crew, error) {
	if err := errors.Join(demo.Install(folder, ports), os.MkdirAll(state, 0o700), os.WriteFile(filepath.Join(state, "die"), []byte(dying), 0o600),
		os.WriteFile(filepath.Join(folder, "limits.yaml"), []byte(limits), 0o600)); err != nil {
		return nil, err
	}
	catalog := filepath.Join(folder, "catalog-info.yaml")
	raw, err := os.ReadFile(catalog)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(quick.Replace(string(raw)), `"$PRENTICE_BIN"`, `"`+shop+`"`)
	if err := os.WriteFile(catalog, []byte(text), 0o600); err != nil {
		return nil, err
	}
	c := &crew{folder: folder, texts: map[string]string{"charge-a-fee": charging}, points: map[string]points{}, spoilt: true}
	files, err := filepath.Glob(filepath.Join(folder, "procedures", "*.md"))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		c.texts[strings.TrimSuffix(filepath.Base(f), ".md")] = string(raw)
	}
	for name, text := range c.texts {
		c.texts[name], c.points[name] = watched(quick.Replace(text))
	}
	if err := c.settle(state); err != nil {
		return nil, err
	}
	if reachable() {
		c.texts["charge-far"], c.points["charge-far"] = watched(charging)
		c.texts["charge-far"] = distant.Replace(c.texts["charge-far"])
	}
	return c, errors.Join(err, c.spoil(false))
}

// spoil makes the procedures such as do not help, or such as do.
func (c *crew) spoil(wanted bool) error {
	if c.spoilt == wanted {
		return nil
	}
	c.spoilt = wanted
	for name, text := range c.texts {
		if wanted {
			text = strings.Replace(text, "\n## Verify\n", "\n## Verify\n"+spoiling, 1)
		}
		if err := os.WriteFile(filepath.Join(c.folder, "procedures", name+".md"), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// points are the places in a procedure's acting steps, by section.
type points map[string][]string

// watched is a procedure in whose acting steps prentice can be killed, before
// their first line and after each.
func watched(text string) (string, points) {
	found := points{}
	var out []string
	section, step, n := "", "", 0
	place := func() {
		name := fmt.Sprintf("%s:%d", step, n)
		out = append(out, `test ! -e "$PRENTICE_STATE/kill-at" || sh "$PRENTICE_STATE/die" `+name)
		found[section] = append(found[section], name)
		n++
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		out = append(out, line)
		heading, isHeading := strings.CutPrefix(line, "## ")
		switch {
		case isHeading:
			section = heading
		case step != "" && line == "```":
			step = ""
		case step != "":
			place()
		case strings.HasPrefix(line, "```sh id=") && !strings.Contains(line, " of=") && (section == "Act" || section == "Undo"):
			step, n = strings.TrimPrefix(strings.Fields(line)[1], "id="), 0
			place()
		}
	}
	return strings.Join(out, "\n") + "\n", found
}

// limits are so wide that the trials of an installation do not meet them.
const limits = "runs_per_hour: {procedure: 1000, service: 1000, target: 1000, installation: 1000}\nfailures: {useless: 100, in_a_row: 100, back_off: 0s}\nflapping: {fixed: 1000}\n"
