package state

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/mask"
)

// mostSeen is how much of what a look prints is read.
const mostSeen = 256 << 10

// Survey implements prentice.Surveyor.
func (k *Kind) Survey(ctx context.Context, w prentice.Work) (prentice.Seen, error) {
	step := w.Step
	seen := prentice.Seen{Step: step.ID, Target: w.Target.Ref}
	var said bounded
	look := k.plain(w)
	look.Step = *look.Step.Done
	look.Step.Body, look.Log = k.text(w, "look"), &said
	out, err := k.sh.Apply(ctx, look)
	if err != nil {
		return seen, prentice.Errorf(prentice.Unavailable, "%w", err)
	}
	if !out.OK {
		return seen, prentice.Errorf(prentice.Refused, "step %s cannot be planned on %s: %s", step.ID, w.Target.Ref.Name(), out.Says).Try("put that right on the host, or leave it out of the targets")
	}
	told := map[string]string{}
	for line := range strings.Lines(said.String()) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		told[name] = value
	}
	if told["now"] == "" {
		return seen, prentice.Errorf(prentice.Unavailable, "step %s: %s did not say what is there", step.ID, w.Target.Ref.Name())
	}
	hide := func(s string) string { return mask.String(s, w.Secrets) }
	seen.Now, seen.So, seen.Says = oneLine(hide(told["now"])), told["so"] == "yes", oneLine(hide(told["says"]))
	if !seen.So && k.strict {
		if seen.Diff = hide(diffOf(step, told)); seen.Diff == "" && step.Attrs["state"] != "absent" && k.name == "file" && step.Attrs["copy"] == "" {
			seen.Says += fmt.Sprintf(" (to %d bytes, sha256:%.12s…; its text is not shown)", len(contentOf(step)), strings.TrimPrefix(prentice.Digest([]byte(contentOf(step))), "sha256:"))
		}
	}
	if becomes, there := told["becomes"]; !seen.So && there {
		seen.Diff = hide(unified(partsShown(told["is"]), partsShown(becomes)))
	}
	return seen, nil
}

// diffOf is how the text of a file would change, if both are texts that may be shown.
func diffOf(step prentice.PlannedStep, told map[string]string) string {
	before := ""
	if told["now"] != "absent" {
		raw, err := base64.StdEncoding.DecodeString(told["content"])
		if _, shown := told["content"]; !shown || err != nil {
			return ""
		}
		before = string(raw)
	}
	if _, shown := told["after"]; step.Attrs["copy"] != "" && !shown {
		return ""
	}
	after := contentOf(step)
	if raw, err := base64.StdEncoding.DecodeString(told["after"]); told["after"] != "" && err == nil {
		after = string(raw)
	}
	if step.Attrs["state"] == "absent" && told["after"] == "" {
		after = ""
	}
	if !showable(step) || !isText(before) || !isText(after) {
		return ""
	}
	return unified(before, after)
}

// showable says whether the new content may be read by everyone who may read the plan.
func showable(step prentice.PlannedStep) bool {
	mode := step.Attrs["mode"]
	switch {
	case step.Attrs["diff"] == "no":
		return false
	case step.Attrs["diff"] == "yes", mode == "":
		return true
	}
	return strings.ContainsAny(mode[len(mode)-1:], "4567")
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, mostSeen-b.Len()))])
	return len(p), nil
}

var _ prentice.Surveyor = (*Kind)(nil)
