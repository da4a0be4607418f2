package statuspage

import (
	"context"
	"crypto/rand"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/statuspage"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

type nothing struct{}

// PostIn is what users are told.
type PostIn struct {
	Incident   string            `json:"incident" arg:"1" minLength:"1" maxLength:"60" example:"incident/17" doc:"The incident of the team that it is about, or a name of your own where there is none, such as slow-search."`
	Says       string            `json:"says" minLength:"1" maxLength:"4000" example:"Payments by card fail. We know why and are fixing it." doc:"What users are told, word for word."`
	State      string            `json:"state" enum:"investigating,identified,monitoring,resolved" doc:"How far it is."`
	Title      string            `json:"title,omitempty" maxLength:"120" example:"Payments by card fail" doc:"What it is called for users; the first update needs one."`
	Components string            `json:"components,omitempty" maxLength:"4000" example:"checkout,search" doc:"The components that suffer, by their names in status.yaml with commas between them; the first update needs them."`
	Impact     statuspage.Impact `json:"impact,omitempty" enum:"none,minor,major,critical" doc:"How much it is felt: minor shows them as degraded, major as a partial and critical as a major outage. Without it: as before, and minor at first."`
}

// NameIn names what was posted.
type NameIn struct {
	Incident string `json:"incident" arg:"1" minLength:"1" maxLength:"60" example:"incident/17" doc:"What it was posted under."`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.New("statuspage.show", prentice.Look, prentice.Viewer, "Show what users are told: components, incidents and maintenance.", k.show).
			WithExample("prentice statuspage show").
			WithHelp("It is the whole page, whether it is public or not. What counts for a component is in status.yaml; what no one saw is unknown and never operational."),
		op.New("statuspage.post", prentice.Change, prentice.Operator, "Tell users how a fault stands.", k.post).
			WithExample("prentice statuspage post incident/17 --state identified --says 'Payments by card fail. We know why.' --title 'Payments by card fail' --components checkout --impact major").
			WithHelp("It is public at once where the page is. Nothing of the team's own incident goes with it: users read these words and no others, and not who wrote them. What looks like a secret is refused."),
		op.New("statuspage.withdraw", prentice.Change, prentice.Operator, "Take back all that users were told under a name.", k.withdraw).
			WithExample("prentice statuspage withdraw incident/17").
			WithHelp("The page forgets it, as if it had not been. Feeds that people read, and exports that were made, may still have it."),
	}
}

func (k *Desk) show(ctx context.Context, _ op.Call, _ nothing) (Shown, error) {
	p, names, err := k.page(ctx)
	return Shown{p, append([]string{}, names...)}, err
}

var (
	goodIncident = regexp.MustCompile(`^(incident/[1-9][0-9]{0,17}|[a-z0-9][a-z0-9-]*)$`)
	onlyDigits   = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)
)

// named is what is posted under: a number is that of an incident.
func named(text string) (string, error) {
	if onlyDigits.MatchString(text) {
		text = "incident/" + text
	}
	if !goodIncident.MatchString(text) {
		return "", prentice.Errorf(prentice.Invalid, "%q is no incident and no name", text).Try("write incident/17, or a name of small letters, digits and dashes")
	}
	return text, nil
}

func (k *Desk) post(ctx context.Context, c op.Call, in PostIn) (Posted, error) {
	rules, err := k.rules()
	if err != nil {
		return Posted{}, err
	}
	name, err := named(in.Incident)
	if err != nil {
		return Posted{}, err
	}
	says, title := strings.TrimSpace(in.Says), strings.TrimSpace(in.Title)
	if says == "" {
		return Posted{}, prentice.Errorf(prentice.Invalid, "users would be told nothing").Try("write it: --says 'We are looking into it.'")
	}
	if k.Clean != nil && (k.Clean(says) != says || k.Clean(title) != title) {
		return Posted{}, prentice.Errorf(prentice.Refused, "the text has what looks like a secret, and everyone would read it").Try("leave it out")
	}
	components, err := among(rules, in.Components)
	if err != nil {
		return Posted{}, err
	}
	d := draft{name: name, title: title, impact: in.Impact, components: components, id: newID(),
		update: statuspage.Update{ID: newID(), State: in.State, Says: says, At: c.Now.UTC()}}
	out, err := k.kept.post(ctx, d)
	return Posted{Incident: name, ID: out.ID, State: in.State, Public: rules.Public}, err
}

// newID is one as Statuspage has them.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

func (k *Desk) withdraw(ctx context.Context, _ op.Call, in NameIn) (Withdrawn, error) {
	if err := k.there(); err != nil {
		return Withdrawn{}, err
	}
	name, err := named(in.Incident)
	if err != nil {
		return Withdrawn{}, err
	}
	return Withdrawn{name}, k.kept.withdraw(ctx, name)
}

// among reads names of components with commas between them.
func among(r *statuspage.Rules, text string) (list []string, err error) {
	var known []string
	for _, c := range r.Components {
		known = append(known, c.Name)
	}
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		found := false
		for _, k := range known {
			found = found || k == name
		}
		if !found {
			hint := "there are " + strings.Join(known, ", ")
			if near := nearest.Of(name, known); near != "" {
				hint = "did you mean " + near + "?"
			}
			return nil, prentice.Errorf(prentice.Invalid, "status.yaml has no component %q", name).Try("%s", hint)
		}
		list = append(list, name)
	}
	return list, nil
}
