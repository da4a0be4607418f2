package notice

import (
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// The topics that a route may name.
const (
	Asked      = "asked"           // a run waits for people
	BreakGlass = "break-glass"     // someone went on without approval
	Review     = "review"          // a task of looking at that waits for someone
	Failed     = "failed"          // a run did not help
	Unsure     = "uncertain"       // no one can tell what a run did
	Incident   = "incident"        // a fault was seen
	Acked      = "acknowledged"    // who has it now; without a route, for those who were told of it, and for whom it is assigned to
	Resolved   = "resolved"        // it is over; without a route, for those who were told that it was there
	Stopped    = "stopped"         // everything was stopped
	Missed     = "missed-schedule" // what was due was not begun
	Changed    = "change"          // a change was proposed, commented on, landed; also for whom it concerns, without a route
	Silent     = "webhook"         // a program outside is told of events no more
	Tried      = "prototype"       // no one decided on a prototype by its day
	Paged      = "page"            // someone is called for an incident: for them, without a route
	Upkeep     = "maintenance"     // a maintenance task is due, or overdue
	test       = "test"
)

// Topics lists them.
func Topics() []string {
	return []string{Asked, BreakGlass, Review, Failed, Unsure, Incident, Acked, Resolved, Stopped, Missed, Changed, Silent, Tried, Upkeep}
}

// The kinds of channel.
const (
	Webhook = "webhook" // JSON, signed as Standard Webhooks says
	SMTP    = "smtp"    // mail
	Chat    = "chat"    // an incoming webhook of a chat that takes {"text": …}
)

// Channel is a way to people. Secret and URLSecret are names of secrets. People are
// those whom it reaches; none is everyone, and who they are is not known.
type Channel struct {
	Name      string
	Kind      string
	URL       string
	URLSecret string
	Secret    string
	From      string
	To        []string
	People    []prentice.Ref
}

// Route says which topics go to which channels. Empty Risks, Systems and Owners do
// not narrow it; what has no risk, belongs to no system or is owned by no one is not
// in a route that names one.
type Route struct {
	On      []string
	Risks   []string
	Systems []string
	Owners  []prentice.Ref
	To      []string
}

// Settings is a team's notices.yaml. The nil Settings tells no one.
type Settings struct {
	Link     string // where people reach the pages, without a slash at its end; "" is unknown
	Channels []Channel
	Routes   []Route
}

// Channel finds a channel by name.
func (s *Settings) Channel(name string) (Channel, bool) {
	if s == nil {
		return Channel{}, false
	}
	i := slices.IndexFunc(s.Channels, func(c Channel) bool { return c.Name == name })
	if i < 0 {
		return Channel{}, false
	}
	return s.Channels[i], true
}

// Using are the channels that need a secret.
func (s *Settings) Using(secret string) (names []string) {
	if s == nil {
		return nil
	}
	for _, c := range s.Channels {
		if c.Secret == secret || c.URLSecret == secret {
			names = append(names, c.Name)
		}
	}
	return names
}

// File is the settings of notices in the team folder.
var File = team.File[*Settings]{Name: "notices.yaml", Load: Load, Unread: team.Unread{IsEmpty: true}}

// Load reads a team's notices.yaml. With an error among the findings there are
// no settings, and anyone who has older ones keeps them.
func Load(file string, text []byte) (*Settings, []prentice.Finding) {
	r := reader{strict.Reader{Near: nearest.Of}}
	s := &Settings{}
	if top := r.Document(text); top != nil {
		r.settings(s, top)
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return s, nil
}

type reader struct{ strict.Reader }

func (r *reader) settings(s *Settings, top *strict.Node) {
	v := r.Mapping(top, "notices file", "link", "channels", "routes")
	if v["link"] != nil {
		s.Link = r.link(v["link"])
	}
	var names []string
	for _, n := range r.List(v["channels"], "channels") {
		c := r.channel(n)
		if slices.Contains(names, c.Name) {
			r.Wrong(n, "choose another name", "there is another channel %q", c.Name)
		}
		names = append(names, c.Name)
		s.Channels = append(s.Channels, c)
	}
	if v["routes"] != nil && len(names) == 0 {
		r.Wrong(v["routes"], "declare them under channels", "there are no channels to send to")
		return
	}
	for _, n := range r.List(v["routes"], "routes") {
		s.Routes = append(s.Routes, r.route(n, names))
	}
}

func (r *reader) link(n *strict.Node) string {
	text := strings.TrimRight(r.Text(n, "link"), "/")
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.Wrong(n, "write the address at which people reach the pages, such as https://prentice.example.com", "link is %q", clip.Text(text))
		return ""
	}
	return text
}

func (r *reader) channel(n *strict.Node) Channel {
	v := r.Mapping(n, "channel", "name", "kind", "url", "url_secret", "secret", "from", "to", "people")
	c := Channel{Name: r.named(v["name"], n, "name", "give it a name that routes can cite")}
	c.Kind = r.Needed(v["kind"], n, "channel", "kind", "write webhook, smtp or chat")
	if c.Kind != "" {
		c.Kind = r.Choice(v["kind"], "kind of channel", []string{Webhook, SMTP, Chat})
	}
	if v["secret"] != nil {
		c.Secret = r.named(v["secret"], n, "secret", "")
	}
	c.People = r.people(v["people"])
	r.address(&c, v, n)
	r.letter(&c, v, n)
	switch {
	case c.Kind == Webhook && v["secret"] == nil:
		r.Wrong(n, "name the secret that signs, and put it into the secrets folder", "the webhook has no secret, so that no one could tell it from a forged one")
	case c.Kind == Chat && v["secret"] != nil:
		r.Wrong(v["secret"], "leave it out: chats take no signature; their secret is the URL, see url_secret", "secret says nothing for a chat")
	}
	return c
}

func (r *reader) named(n, of *strict.Node, key, hint string) string {
	name := r.Needed(n, of, "channel", key, hint)
	if name != "" && !prentice.ValidName(name) {
		r.Wrong(n, "use letters, digits and . _ : @ -; a secret is named here, never written out", "%s is not a name", key)
	}
	return name
}

// people reads whom a channel is for: names as prentice person list shows them.
func (r *reader) people(n *strict.Node) (list []prentice.Ref) {
	for _, name := range r.Words(n, "people") {
		ref := prentice.NewRef(string(prentice.Person), strings.TrimPrefix(name, "person/"))
		if !prentice.ValidName(ref.Name()) {
			r.Wrong(n, "write names as prentice person list shows them, such as [ann, ben]", "%q cannot be the name of a person", clip.Text(name))
		}
		list = append(list, ref)
	}
	return list
}

// address reads where a channel leads: a URL, or the name of the secret that
// holds it.
func (r *reader) address(c *Channel, v map[string]*strict.Node, n *strict.Node) {
	plain, hidden := v["url"], v["url_secret"]
	switch {
	case plain == nil && hidden == nil:
		r.Wrong(n, "write url, or url_secret with the name of the secret that holds it", "the channel does not say where it leads")
	case plain != nil && hidden != nil:
		r.Wrong(plain, "keep one of them", "a channel has either url or url_secret")
	case hidden != nil:
		c.URLSecret = r.named(hidden, n, "url_secret", "")
	default:
		c.URL = r.Text(plain, "url")
		if err := CheckURL(c.Kind, c.URL); c.Kind != "" && err != nil {
			r.Wrong(plain, prentice.HintOf(err), "%s", err.(*prentice.Error).Text)
		}
	}
}

// letter reads what only mail has.
func (r *reader) letter(c *Channel, v map[string]*strict.Node, n *strict.Node) {
	if c.Kind != SMTP {
		for _, key := range []string{"from", "to"} {
			if v[key] != nil {
				r.Wrong(v[key], "leave it out", "%s says something for smtp only", key)
			}
		}
		return
	}
	c.From = r.mailbox(v["from"], n, "from")
	for _, m := range r.List(v["to"], "to") {
		c.To = append(c.To, r.mailbox(m, n, "to"))
	}
	if v["to"] == nil {
		r.Wrong(n, "write to: [ops@example.com]", "the channel does not say to whom")
	}
}

func (r *reader) mailbox(n, of *strict.Node, key string) string {
	text := r.Needed(n, of, "channel", key, "write an address such as ops@example.com")
	if a, err := mail.ParseAddress(text); text != "" && (err != nil || a.Address != text) {
		r.Wrong(n, "write an address such as ops@example.com", "%s is %q", key, clip.Text(text))
	}
	return text
}

func (r *reader) route(n *strict.Node, channels []string) Route {
	v := r.Mapping(n, "route", "on", "risk", "systems", "owners", "to")
	for _, key := range []string{"on", "to"} {
		if v[key] == nil {
			r.Wrong(n, "write it out: empty is never all", "the route has no %s", key)
		}
	}
	return Route{
		On: r.Choices(v["on"], "on", Topics()), To: r.Choices(v["to"], "channels", channels),
		Risks: r.Choices(v["risk"], "risk", []string{"look", "change", "danger"}), Systems: r.Words(v["systems"], "systems"),
		Owners: r.owners(v["owners"]),
	}
}

// owners reads groups and people as the catalog writes them; a bare name is a
// group.
func (r *reader) owners(n *strict.Node) (list []prentice.Ref) {
	for _, word := range r.Words(n, "owners") {
		kind, name, found := strings.Cut(strings.Replace(word, ":", "/", 1), "/")
		if !found {
			kind, name = "group", word
		}
		ref, err := prentice.ParseRef(kind + "/" + name)
		if word != "" && (err != nil || kind != "group" && kind != "user") {
			r.Wrong(n, "write group:NAME or user:NAME, as the catalog has its owners", "%q cannot be an owner", clip.Text(word))
		}
		list = append(list, ref)
	}
	return list
}

// CheckURL refuses addresses to which a kind of channel cannot send, or over
// which anyone could read along. The text of the error does not hold the URL,
// which may be a secret.
func CheckURL(kind, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return prentice.Errorf(prentice.Invalid, "the URL of the channel is not one").Try("write https://host/path, or smtp://host:587")
	}
	if _, found := u.User.Password(); found {
		return prentice.Errorf(prentice.Invalid, "the URL of the channel holds a password").Try("name it with secret, or the whole URL with url_secret")
	}
	switch {
	case kind == SMTP && u.Scheme != "smtp" && u.Scheme != "smtps":
		return prentice.Errorf(prentice.Invalid, "the URL of a mail channel begins with %q", clip.Text(u.Scheme)).Try("write smtp://host:587 or smtps://host:465")
	case kind == SMTP || u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return prentice.Errorf(prentice.Invalid, "anybody on the way could read what is sent by http").Try("use https; http is for this machine only")
	}
	return prentice.Errorf(prentice.Invalid, "the URL of the channel begins with %q", clip.Text(u.Scheme)).Try("use https")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
