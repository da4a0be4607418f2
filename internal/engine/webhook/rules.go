package webhook

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/pattern"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// The senders: how a message shows who sent it.
const (
	Standard = "standard" // Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature
	GitHub   = "github"   // X-Hub-Signature-256
	GitLab   = "gitlab"   // X-Gitlab-Token, or the headers of Standard Webhooks with a signing token
	Stripe   = "stripe"   // t=…,v1=… in Stripe-Signature, or another header
	HMAC     = "hmac"     // HMAC-SHA256 of the body in hexadecimal, in a header that is named
	Token    = "token"    // a token of prentice
)

var senders = []string{Standard, GitHub, GitLab, Stripe, HMAC, Token}

// What holds where a hook does not say.
const (
	DefaultTolerance = 5 * time.Minute // between the clock of the sender and ours
	DefaultRate      = 120             // messages a minute
	DefaultLargest   = 256 << 10       // bytes of a message
	mostHooks        = 200
	mostMappings     = 100 // of one hook
)

// Hook is a name under which one sender posts its messages.
type Hook struct {
	Name      string
	Sender    string
	Secret    string         // the name of the secret; "" with a token
	HeldBy    []prentice.Ref // the people who know the secret's value
	Header    string         // that holds the signature, where the sender has none of its own
	Tolerance time.Duration
	Rate      int
	Largest   int
	At        prentice.Pos

	mappings []mapping
}

// Rules are a team's hooks.yaml.
type Rules struct{ Hooks []Hook }

// File is the hooks in the team folder. One that was never read without an error
// opens no hook.
var File = team.File[*Rules]{Name: "hooks.yaml", Load: Load, Unread: team.Unread{IsEmpty: true}}

// Hook is the hook of a name.
func (r *Rules) Hook(name string) (Hook, error) {
	var known []string
	if r != nil {
		for _, h := range r.Hooks {
			if h.Name == name {
				return h, nil
			}
			known = append(known, h.Name)
		}
	}
	return Hook{}, team.Missing("hook", name, File.Name, known)
}

// Using names the hooks that use a secret.
func (r *Rules) Using(secret string) (names []string) {
	if r == nil {
		return nil
	}
	for _, h := range r.Hooks {
		if h.Secret == secret && secret != "" {
			names = append(names, h.Name)
		}
	}
	return names
}

// Holders are the people whom any hook names as those who know a secret: a secret is known
// by the same people wherever it is used.
func (r *Rules) Holders(secret string) (people []prentice.Ref) {
	if r == nil {
		return nil
	}
	for _, h := range r.Hooks {
		if h.Secret == secret && secret != "" {
			people = prentice.JoinPeople(people, h.HeldBy)
		}
	}
	return people
}

// Load reads a team's hooks.yaml. With an error among the findings there are no hooks,
// and anyone who has older ones keeps them.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := &reader{Reader: strict.Reader{Near: nearest.Of}, file: file}
	rules := &Rules{}
	if top := r.Document(text); top != nil {
		list := r.List(r.Mapping(top, "hooks file", "hooks")["hooks"], "hooks")
		if len(list) > mostHooks {
			r.Wrong(top, "leave out what is not needed", "there are %d hooks, at most %d are read", len(list), mostHooks)
			list = nil
		}
		seen := map[string]bool{}
		for _, n := range list {
			h := r.hook(n)
			if seen[h.Name] && h.Name != "" {
				r.Wrong(n, "choose another name", "there is another hook %q", h.Name)
			}
			seen[h.Name] = true
			rules.Hooks = append(rules.Hooks, h)
		}
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return rules, nil
}

type reader struct {
	strict.Reader
	file string
}

var (
	hookName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	headerName = pattern.Of(`^[A-Za-z0-9-]{1,100}$`)
)

func (r *reader) hook(n *strict.Node) Hook {
	v := r.Mapping(n, "hook", "name", "sender", "secret", "held_by", "header", "tolerance", "rate", "largest", "events")
	h := Hook{Tolerance: DefaultTolerance, Rate: DefaultRate, Largest: DefaultLargest, At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	h.Name = r.Needed(v["name"], n, "hook", "name", "give it the name that stands in its address: /v1/hook/NAME")
	if h.Name != "" && !hookName.MatchString(h.Name) {
		r.Wrong(v["name"], "use small letters, digits, dashes and underscores", "%q is not the name of a hook", clip.Text(h.Name))
	}
	if v["sender"] == nil {
		r.Wrong(n, "write sender: with one of "+strings.Join(senders, ", "), "the hook does not say how its sender is known")
	} else {
		h.Sender = r.Choice(v["sender"], "sender", senders)
	}
	r.secret(&h, n, v)
	r.header(&h, n, v["header"])
	r.bounds(&h, v)
	list := r.List(v["events"], "events")
	if len(list) > mostMappings {
		r.Wrong(v["events"], "leave out what is not needed", "the hook has %d mappings, at most %d are read", len(list), mostMappings)
		return h
	}
	for i, one := range list {
		h.mappings = append(h.mappings, r.mapping(i+1, one))
	}
	return h
}

// secret reads the name of the secret and who knows its value.
func (r *reader) secret(h *Hook, n *strict.Node, v map[string]*strict.Node) {
	switch {
	case h.Sender == Token && v["secret"] != nil:
		r.Wrong(v["secret"], "take it out: the sender shows a token, made by: prentice token create", "a hook with sender: token has no secret")
	case h.Sender == Token && v["held_by"] != nil:
		r.Wrong(v["held_by"], "take it out: whose token it is, is known", "a hook with sender: token has no held_by")
	case h.Sender == Token || h.Sender == "" && v["secret"] == nil:
		return
	}
	h.Secret = r.Needed(v["secret"], n, "hook", "secret", "name the secret that the sender signs with, kept by: prentice secret set NAME -")
	if h.Secret != "" && (!prentice.ValidName(h.Secret) || strings.ContainsAny(h.Secret, "./:@")) {
		r.Wrong(v["secret"], "write the name of a secret, never its value", "%q is not the name of a secret", clip.To(h.Secret, 12))
	}
	if v["held_by"] == nil {
		return
	}
	words := r.Words(v["held_by"], "held_by")
	for i, text := range words {
		ref, err := prentice.ParseRef(strings.Replace(text, ":", "/", 1))
		if text != "" && (err != nil || ref.Kind() != string(prentice.Person)) {
			r.Wrong(v["held_by"].Content[i], "name people, such as person/ann", "held_by is %q", clip.Text(text))
			continue
		}
		h.HeldBy = append(h.HeldBy, ref)
	}
}

func (r *reader) header(h *Hook, of, n *strict.Node) {
	switch {
	case n == nil && h.Sender == HMAC:
		r.Wrong(of, "write header: with the name of the header that holds the signature, such as X-Gitea-Signature", "the hook does not say where the signature is")
	case n == nil && h.Sender == Stripe:
		h.Header = "stripe-signature"
	case n == nil:
	case h.Sender != HMAC && h.Sender != Stripe:
		r.Wrong(n, "take it out, or write sender: hmac", "header goes with sender: hmac and stripe only")
	default:
		if h.Header = strings.ToLower(r.Text(n, "header")); h.Header != "" && !headerName.MatchString(h.Header) {
			r.Wrong(n, "write the name of a header, such as X-Signature", "header is %q", clip.Text(h.Header))
		}
	}
}

// bounds reads what a message may be at most, and how old.
func (r *reader) bounds(h *Hook, v map[string]*strict.Node) {
	if n := v["tolerance"]; n != nil {
		text := r.Text(n, "tolerance")
		d, err := span.Parse(text)
		if text != "" && (err != nil || d < time.Second || d > time.Hour) {
			r.Wrong(n, "write a time from 1s to 1h, such as 5m", "tolerance is %q", clip.Text(text))
		}
		if h.Tolerance = d; h.Sender != Standard && h.Sender != Stripe && h.Sender != GitLab {
			r.Wrong(n, "take it out", "a message of a hook with sender: %s does not say when it was sent", h.Sender)
		}
	}
	if n := v["rate"]; n != nil {
		h.Rate = r.number(n, "rate", 1, 6000, "messages a minute")
	}
	if n := v["largest"]; n != nil {
		h.Largest = r.number(n, "largest", 1, prentice.MaxEventBytes, "bytes")
	}
}

func (r *reader) number(n *strict.Node, key string, least, most int, of string) (is int) {
	text := r.Text(n, key)
	if _, err := fmt.Sscanf(text, "%d", &is); text != "" && (err != nil || fmt.Sprint(is) != text || is < least || is > most) {
		r.Wrong(n, fmt.Sprintf("write a whole number of %s from %d to %d", of, least, most), "%s is %q", key, clip.Text(text))
	}
	return is
}
