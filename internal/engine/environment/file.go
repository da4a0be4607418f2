package environment

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// Rules are a team's environments.yaml: how much there may be, and its shared places.
type Rules struct {
	Quota  Quota
	Places []Place
}

// Place is a shared one: test, stage, user acceptance, production.
type Place struct {
	Name    string         `json:"name"`
	Kind    string         `json:"kind"` // test, stage, uat, production
	Service prentice.Ref   `json:"service,omitempty"`
	Address string         `json:"address,omitempty"`
	Says    string         `json:"says,omitempty"`
	Leased  bool           `json:"leased"`              // nothing is deployed there without a lease
	Who     []prentice.Ref `json:"who,omitempty"`       // who may have it; none is every operator
	Longest time.Duration  `json:"max_lease,omitempty"` // that one lease lasts
	Queue   int            `json:"queue,omitempty"`     // who wait at the most
	Like    string         `json:"like,omitempty"`      // the place whose versions it is to have
	At      prentice.Pos   `json:"-"`
}

// Ref names it.
func (p Place) Ref() prentice.Ref { return prentice.NewRef("place", p.Name) }

// Kinds are those of places, in the order in which something goes through them.
var Kinds = []string{"test", "stage", "uat", "production"}

// TeamFile is the team's environments.yaml. Until it was read without an error there is no
// place, and the usual quota counts.
var TeamFile = team.File[*Rules]{Name: "environments.yaml", Load: Load, Unread: team.Unread{IsEmpty: true}}

const (
	mostPlaces   = 200
	usualLease   = 8 * time.Hour
	longestLease = 30 * 24 * time.Hour
	usualQueue   = 5
)

// Place is the one of a name.
func (r *Rules) Place(name string) (Place, error) {
	bare := strings.TrimPrefix(name, "place/")
	names := []string{}
	if r != nil {
		for _, p := range r.Places {
			if p.Name == bare {
				return p, nil
			}
			names = append(names, p.Name)
		}
	}
	err := prentice.Errorf(prentice.NotFound, "there is no place %q", clip.Text(bare))
	if near := nearest.Of(bare, names); near != "" {
		return Place{}, err.Try("did you mean %s?", near)
	}
	return Place{}, err.Try("declare it under places in %s of the team folder; list those there are: prentice env list", TeamFile.Name)
}

// Load reads a team's environments.yaml. With an error among the findings it is nil.
func Load(file string, text []byte) (*Rules, []prentice.Finding) {
	r := reads{strict.Reader{Near: nearest.Of}}
	rules := &Rules{Quota: Usual()}
	if top := r.Document(text); top != nil {
		v := r.Mapping(top, "environments file", "limits", "places")
		if v["limits"] != nil {
			r.quota(&rules.Quota, v["limits"])
		}
		if v["places"] != nil {
			rules.Places = r.places(file, v["places"])
		}
	}
	if len(r.Problems) > 0 {
		return nil, team.Findings(file, r.Problems)
	}
	return rules, nil
}

type reads struct{ strict.Reader }

func (r *reads) quota(q *Quota, n *strict.Node) {
	v := r.Mapping(n, "limits", "ttl", "longest", "per_repository", "per_team", "running", "at_once", "disk", "memory")
	const most = 365 * 24 * time.Hour
	r.span(v["longest"], "longest", &q.Longest, time.Minute, most)
	r.span(v["ttl"], "ttl", &q.TTL, time.Minute, most)
	for _, one := range []struct {
		name string
		to   *int
		most int
	}{{"per_repository", &q.PerRepository, 10_000}, {"per_team", &q.PerTeam, 10_000}, {"running", &q.Running, 10_000}, {"at_once", &q.AtOnce, 100}, {"disk", &q.Disk, 100}, {"memory", &q.Memory, 100}} {
		r.number(v[one.name], one.name, one.to, one.most)
	}
	if q.TTL > q.Longest {
		r.Wrong(n, "let longest be at least ttl", "ttl is %s, and none lasts longer than %s", span.String(q.TTL), span.String(q.Longest))
	}
}

func (r *reads) places(file string, n *strict.Node) (list []Place) {
	nodes := r.List(n, "places")
	if len(nodes) > mostPlaces {
		r.Wrong(n, "leave out what is not needed", "there are %d places, at most %d are read", len(nodes), mostPlaces)
		return nil
	}
	names := map[string]bool{}
	for _, one := range nodes {
		p := r.place(file, one)
		if names[p.Name] && p.Name != "" {
			r.Wrong(one, "choose another name", "there is another place %q", p.Name)
		}
		names[p.Name] = true
		list = append(list, p)
	}
	for i, p := range list {
		if p.Like != "" && (!names[p.Like] || p.Like == p.Name) {
			r.Wrong(nodes[i], "name another place of this file", "%s is to be like %q, which is no other place", p.Name, clip.Text(p.Like))
		}
	}
	return list
}

func (r *reads) place(file string, n *strict.Node) Place {
	v := r.Mapping(n, "place", "name", "kind", "service", "address", "says", "leased", "who", "max_lease", "queue", "like")
	p := Place{Longest: usualLease, Queue: usualQueue, At: prentice.Pos{File: file, Line: n.Line}}
	p.Name = r.Needed(v["name"], n, "place", "name", "give it a name, such as stage")
	if p.Name != "" && !prentice.ValidName(p.Name) {
		r.Wrong(v["name"], "use letters, digits and . _ : @ -", "%q is not a name", clip.Text(p.Name))
	}
	if v["kind"] == nil {
		r.Wrong(n, "write one of: "+strings.Join(Kinds, ", "), "the place has no kind")
	} else {
		p.Kind = r.Choice(v["kind"], "kind of place", Kinds)
	}
	p.Leased = p.Kind == "test" || p.Kind == "stage" || p.Kind == "uat"
	if v["leased"] != nil {
		p.Leased = r.Choice(v["leased"], "answer", []string{"true", "false"}) == "true"
	}
	if v["service"] != nil {
		p.Service = r.ref(v["service"], "service")
	}
	if v["address"] != nil {
		p.Address = r.Text(v["address"], "address")
		if p.Address != "" && !strings.HasPrefix(p.Address, "http://") && !strings.HasPrefix(p.Address, "https://") {
			r.Wrong(v["address"], "write it like https://stage.example.com", "%q is no address of the web", clip.Text(p.Address))
		}
	}
	if v["says"] != nil {
		p.Says = r.Text(v["says"], "says")
	}
	if v["like"] != nil {
		p.Like = r.Text(v["like"], "like")
	}
	if v["who"] != nil {
		for _, one := range r.List(v["who"], "who") {
			p.Who = append(p.Who, r.ref(one, ""))
		}
	}
	r.span(v["max_lease"], "max_lease", &p.Longest, time.Minute, longestLease)
	r.number(v["queue"], "queue", &p.Queue, 100)
	return p
}

// ref reads a ref; one without a kind is of the usual one.
func (r *reads) ref(n *strict.Node, usual string) prentice.Ref {
	text := r.Text(n, "ref")
	if usual != "" && text != "" && !strings.Contains(text, "/") {
		text = usual + "/" + text
	}
	ref, err := prentice.ParseRef(text)
	if text != "" && err != nil {
		r.Wrong(n, "write it like group/shop", "%q is no ref", clip.Text(text))
	}
	return ref
}

func (r *reads) span(n *strict.Node, key string, to *time.Duration, least, most time.Duration) {
	if n == nil {
		return
	}
	text := r.Text(n, key)
	d, err := span.Parse(text)
	if text != "" && (err != nil || d < least || d > most) {
		r.Wrong(n, fmt.Sprintf("write a time from %s to %s, such as 24h or 7d", span.String(least), span.String(most)), "%s is %q", key, clip.Text(text))
		return
	}
	*to = d
}

func (r *reads) number(n *strict.Node, key string, to *int, most int) {
	if n == nil {
		return
	}
	var k int
	if err := n.Decode(&k); err != nil || k < 1 || k > most {
		r.Wrong(n, fmt.Sprintf("write a number from 1 to %d", most), "%s is %q", key, clip.Text(n.Value))
		return
	}
	*to = k
}

// RepositoryFile is where a repository says which environments it has. That of the branch a
// change is for counts, and never the one that it brings.
const RepositoryFile = ".prentice/environment.yaml"

// Preview is what a repository says of the environments of its changes.
type Preview struct {
	Always   bool // each change has one, without being asked
	Profiles []string
	Backend  string
	TTL      time.Duration // 0 is the team's
}

// ReadPreview reads a repository's file; an empty text is none.
func ReadPreview(text []byte) (Preview, error) {
	r := reads{strict.Reader{Near: nearest.Of}}
	p := Preview{}
	if top := r.Document(text); top != nil {
		v := r.Mapping(top, "environment file", "preview", "profiles", "backend", "ttl")
		if v["preview"] != nil {
			p.Always = r.Choice(v["preview"], "answer", []string{"always", "asked"}) == "always"
		}
		if v["profiles"] != nil {
			for _, n := range r.List(v["profiles"], "profiles") {
				p.Profiles = append(p.Profiles, r.Text(n, "profile"))
			}
		}
		if v["backend"] != nil {
			p.Backend = r.Text(v["backend"], "backend")
		}
		r.span(v["ttl"], "ttl", &p.TTL, time.Minute, 365*24*time.Hour)
	}
	return p, team.FirstError(team.Findings(RepositoryFile, r.Problems))
}
