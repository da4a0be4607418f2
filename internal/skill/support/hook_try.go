package support

import (
	"context"
	"encoding/json"
	"strings"

	"prentice"
	"prentice/internal/engine/webhook"
	"prentice/internal/op"
	"prentice/internal/team"
)

// hookTest says what a recorded message would become. Nothing is kept of it.
func (s *Support) hookTest(ctx context.Context, _ op.Call, in hookTestIn) (HookTried, error) {
	rules, err := s.hooksTried(in)
	if err != nil {
		return HookTried{}, err
	}
	was := recordedIn(in.File)
	hook := in.Hook
	if hook == "" {
		hook = was.Hook
	}
	if hook == "" && len(rules.Hooks) == 1 {
		hook = rules.Hooks[0].Name
	}
	if hook == "" && len(rules.Hooks) > 1 {
		return HookTried{}, prentice.Errorf(prentice.Invalid, "there are %d hooks, and nothing says which one got the message", len(rules.Hooks)).Try("name one: --hook %s", rules.Hooks[0].Name)
	}
	h, err := rules.Hook(strings.TrimPrefix(hook, "hook/"))
	if err != nil {
		return HookTried{}, err
	}
	message, err := handed(was.Body, append(was.Headers, in.Header...))
	if err != nil {
		return HookTried{}, err
	}
	out := HookTried{Hook: h.Name}
	if len(in.File) > h.Largest {
		out.Says = "the message is larger than the hook takes"
		return out, nil
	}
	mapped, err := h.Map(ctx, message)
	if err != nil {
		out.Says = saidBy(err)
		return out, nil
	}
	out.Ignored, out.Says = mapped.Ignored, mapped.Says
	if mapped.Fits && !mapped.Ignored {
		e := mapped.Event
		out.Event = &HookEvent{Type: e.Type, Subject: e.Subject, Source: e.Source, ID: e.ID, Data: e.Data}
	}
	return out, nil
}

// hooksTried are the hooks that a message is tried with.
func (s *Support) hooksTried(in hookTestIn) (*webhook.Rules, error) {
	if in.Rules != "" {
		rules, findings := webhook.File.Load(webhook.File.Name, []byte(in.Rules))
		return rules, team.FirstError(findings)
	}
	if s.Hooks.File == nil {
		return nil, prentice.Errorf(prentice.Invalid, "no team folder is named").Try("name it with --team, or the file with --rules hooks.yaml")
	}
	return s.Hooks.File()
}

// recording is a message as a file holds it.
type recording struct {
	Hook    string
	Headers []string
	Body    string
}

// recordedIn reads a recording, which is what hook delivery prints as JSON. What is
// none is a body.
func recordedIn(file string) recording {
	var is struct {
		Hook    string         `json:"hook"`
		Verdict string         `json:"verdict"`
		Message *webhook.Shown `json:"message"`
	}
	if json.Unmarshal([]byte(file), &is) != nil || is.Message == nil || is.Verdict == "" || is.Hook == "" {
		return recording{Body: file}
	}
	r := recording{Hook: is.Hook, Body: is.Message.Body}
	for name, value := range is.Message.Headers {
		r.Headers = append(r.Headers, name+": "+value)
	}
	return r
}
