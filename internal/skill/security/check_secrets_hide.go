package security

import (
	"strings"
	"sync"

	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

// allRules is the detector that no settings have changed: what they let pass may be shown
// by no other rule either.
var allRules = sync.OnceValues(func() (*leak.Detector, error) { return leak.New(leak.Settings{}) })

// hideSecrets takes secrets out of what other rules found: evidence is often the line that
// it stands on.
func hideSecrets(t *check.Tree, found []*check.Finding) {
	d, err := allRules()
	if err != nil {
		panic(err)
	}
	by := map[string][]*check.Finding{}
	for _, f := range found {
		by[f.Path] = append(by[f.Path], f)
	}
	for path, list := range by {
		var inFile []leak.Hit
		if text, err := t.Text(path); err == nil && !leak.Binary(text) {
			inFile = d.Find(leak.Text{Bytes: text})
		}
		for _, f := range list {
			hide(d, f, inFile)
		}
	}
}

func hide(d *leak.Detector, f *check.Finding, inFile []leak.Hit) {
	printed := strings.Join(f.Printed, "\n")
	own := d.Find(leak.Text{Bytes: []byte(strings.Join([]string{f.Says, f.Saw, f.Remedy, printed}, "\n"))})
	saw := f.Saw
	for _, h := range inFile {
		if f.Line >= h.Line && f.Line <= h.Last && f.Saw != "" {
			f.Saw = "••• (its line holds a secret)"
		}
	}
	for _, hits := range [][]leak.Hit{own, inFile} {
		printed = leak.Hide(printed, hits)
		f.Says, f.Saw, f.Remedy = leak.Hide(f.Says, hits), leak.Hide(f.Saw, hits), leak.Hide(f.Remedy, hits)
	}
	if len(f.Printed) > 0 {
		f.Printed = strings.Split(printed, "\n")
	}
	if f.Saw != saw && f.Key == "" {
		f.Key = leak.Key("saw", saw) // it is still told from others
	}
}
