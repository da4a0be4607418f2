package outgoing

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/reach"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

const (
	mostEndpoints  = 100
	defaultDisable = 5 * 24 * time.Hour
)

// Endpoint is a program outside that wants to hear of events.
type Endpoint struct {
	Name      string
	URL       string
	URLSecret string   // the name of the secret that holds the URL
	Secret    string   // the name of the secret that signs
	Events    []string // types; one that ends in .* is all that begin so, and * is all
	About     []prentice.Ref
	Disable   time.Duration // after it has taken nothing for so long
	At        prentice.Pos
}

// Wants says whether an endpoint is to hear of an event.
func (e Endpoint) Wants(of prentice.Event) bool {
	if len(e.About) > 0 && !slices.Contains(e.About, of.Subject) {
		return false
	}
	return slices.ContainsFunc(e.Events, func(want string) bool {
		before, all := strings.CutSuffix(want, "*")
		return want == of.Type || all && strings.HasPrefix(of.Type, before)
	})
}

// Rules are a team's webhooks.yaml. The nil Rules tell no one.
type Rules struct{ Endpoints []Endpoint }

// File is the endpoints in the team folder. One that was never read without an error tells
// no one.
var File = team.File[*Rules]{Name: "webhooks.yaml", Load: Load, Unread: team.Unread{IsEmpty: true}}

// Endpoint is the one of a name.
func (r *Rules) Endpoint(name string) (Endpoint, error) {
	var known []string
	if r != nil {
		for _, e := range r.Endpoints {
			if e.Name == name {
				return e, nil
			}
			known = append(known, e.Name)
		}
	}
	return Endpoint{}, team.Missing("webhook", name, File.Name, known)
}

// Using names the endpoints that use a secret.
func (r *Rules) Using(secret string) (names []string) {
	if r == nil {
		return nil
	}
	for _, e := range r.Endpoints {
		if secret != "" && (e.Secret == secret || e.URLSecret == secret) {
			names = append(names, e.Name)
		}
	}
	return names
}

// Load reads a team's webhooks.yaml. With an error among the findings there are no endpoints,
// and anyone who has older ones keeps them.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := &reader{Reader: strict.Reader{Near: nearest.Of}, file: file}
	rules := &Rules{}
	if top := r.Document(text); top != nil {
		list := r.List(r.Mapping(top, "webhooks file", "webhooks")["webhooks"], "webhooks")
		if len(list) > mostEndpoints {
			r.Wrong(top, "leave out what is not needed", "there are %d webhooks, at most %d are read", len(list), mostEndpoints)
			list = nil
		}
		for _, n := range list {
			e := r.endpoint(n)
			if slices.ContainsFunc(rules.Endpoints, func(o Endpoint) bool { return o.Name == e.Name && e.Name != "" }) {
				r.Wrong(n, "choose another name", "there is another webhook %q", e.Name)
			}
			rules.Endpoints = append(rules.Endpoints, e)
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
	goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)
	goodType = regexp.MustCompile(`^(\*|[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*(\.\*)?)$`)
)

func (r *reader) endpoint(n *strict.Node) Endpoint {
	v := r.Mapping(n, "webhook", "name", "url", "url_secret", "secret", "events", "about", "disable_after")
	e := Endpoint{Disable: defaultDisable, At: prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}}
	e.Name = r.Needed(v["name"], n, "webhook", "name", "give it a name, such as deployer")
	if e.Name != "" && !goodName.MatchString(e.Name) {
		r.Wrong(v["name"], "use small letters, digits, - and _", "%q cannot be the name of a webhook", clip.Text(e.Name))
	}
	r.address(&e, v, n)
	e.Secret = r.secret(v["secret"], n, "name the secret that signs, and set it: prentice secret set NAME -")
	if v["events"] == nil {
		r.Wrong(n, "write the types that it shall hear of, such as [change.landed, queue.*]; empty is never all", "the webhook does not say which events")
	}
	e.Events = r.Words(v["events"], "events")
	for _, one := range e.Events {
		if !goodType.MatchString(one) || len(one) > 100 {
			r.Wrong(v["events"], "write types such as change.landed, queue.*, or * for all", "%q is no type of event", clip.Text(one))
		}
	}
	for _, one := range r.Words(v["about"], "about") {
		ref, err := prentice.ParseRef(one)
		if err != nil {
			r.Wrong(v["about"], "write refs such as service/checkout or repository/shop", "%q is no ref", clip.Text(one))
		}
		e.About = append(e.About, ref)
	}
	if v["disable_after"] != nil {
		text := r.Text(v["disable_after"], "disable_after")
		after, err := span.Parse(text)
		if e.Disable = after; err != nil || after < time.Hour || after > 30*24*time.Hour {
			r.Wrong(v["disable_after"], "write a time from 1h to 30d", "disable_after is %q", clip.Text(text))
		}
	}
	return e
}

func (r *reader) secret(n, of *strict.Node, hint string) string {
	name := r.Needed(n, of, "webhook", "secret", hint)
	if name != "" && !prentice.ValidName(name) {
		r.Wrong(n, "use letters, digits and . _ : @ -; a secret is named here, never written out", "the secret is not a name")
	}
	return name
}

func (r *reader) address(e *Endpoint, v map[string]*strict.Node, n *strict.Node) {
	plain, hidden := v["url"], v["url_secret"]
	switch {
	case plain == nil && hidden == nil:
		r.Wrong(n, "write url, or url_secret with the name of the secret that holds it", "the webhook does not say where it leads")
	case plain != nil && hidden != nil:
		r.Wrong(plain, "keep one of them", "a webhook has either url or url_secret")
	case hidden != nil:
		e.URLSecret = r.secret(hidden, n, "")
	default:
		e.URL = r.Text(plain, "url")
		if err := CheckURL(e.URL); err != nil {
			r.Wrong(plain, prentice.HintOf(err), "%s", err.(*prentice.Error).Text)
		}
	}
}

// CheckURL refuses addresses to which nothing can be sent, or over which anyone could read
// along. The text of the error does not hold the URL, which may be a secret.
func CheckURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return prentice.Errorf(prentice.Invalid, "the URL of the webhook is not one").Try("write https://host/path")
	case u.User != nil:
		return prentice.Errorf(prentice.Invalid, "the URL of the webhook holds a name or a password").Try("put the whole URL into a secret and name it with url_secret, or sign with secret alone")
	case u.Scheme == "http" && !reach.IsHere(text):
		return prentice.Errorf(prentice.Invalid, "anybody on the way could read what is sent by http").Try("use https; http is for this machine only")
	case u.Scheme != "https" && u.Scheme != "http":
		return prentice.Errorf(prentice.Invalid, "the URL of the webhook begins with %q", clip.Text(u.Scheme)).Try("use https")
	case linkLocal(u.Hostname()):
		return prentice.Errorf(prentice.Invalid, "the URL of the webhook leads to an address that machines of a cloud answer at").Try("name the host that shall hear of it")
	}
	return nil
}

func linkLocal(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast())
}
