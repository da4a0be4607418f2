package codecontrol

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/forge"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// AddForgeIn is a repository on a forge that is to be gated.
type AddForgeIn struct {
	Name    string `json:"name" arg:"1" minLength:"1" maxLength:"63" example:"shop" doc:"Its name here: small letters, digits and . _ -."`
	Kind    string `json:"kind" arg:"2" enum:"gitea,github,gitlab" example:"gitea" doc:"Which forge it is; gitea is for Forgejo too."`
	Address string `json:"address" arg:"3" minLength:"1" maxLength:"500" example:"https://git.example.org" doc:"The address of the forge, without a slash at its end."`
	Project string `json:"project" arg:"4" minLength:"3" maxLength:"255" example:"team/shop" doc:"The repository there: owner and name."`
	Token   string `json:"secret" maxLength:"120" minLength:"1" example:"forge-token" doc:"The name of the secret that holds the token by which prentice asks and pushes there."`
	Branch  string `json:"branch,omitempty" default:"main" maxLength:"120" example:"main" doc:"The branch that counts."`
	Title   string `json:"title,omitempty" maxLength:"120" example:"The shop" doc:"What people call it."`
}

// ForgesIn asks for all.
type ForgesIn struct{}

// RemoveForgeIn is a repository that is gated no longer.
type RemoveForgeIn struct {
	NameIn
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"it is kept here from now on" doc:"Why; it is evidence."`
}

// ShowForgeIn names a repository on a forge.
type ShowForgeIn struct {
	Name string `json:"repository" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
}

// About implements op.Abouter.
func (in ShowForgeIn) About() ([]prentice.Ref, error) { return NameIn(in).About() }

// ForgeLine is a repository on a forge.
type ForgeLine struct {
	Repository prentice.Ref `json:"repository"`
	Kind       forge.Kind   `json:"kind"`
	Address    string       `json:"address"`
	Project    string       `json:"project"`
	Branch     string       `json:"branch"`
	State      string       `json:"state"` // well, failing, new
	Says       string       `json:"says,omitempty"`
	Asked      time.Time    `json:"asked,omitzero"`
	Again      time.Time    `json:"again,omitzero"`
	Open       int          `json:"open"`
	Bypassed   int          `json:"bypassed"` // how often the branch was moved past the queue, of late
}

// ForgeList is all of them.
type ForgeList struct {
	Forges []ForgeLine `json:"forges"`
}

// Table implements op.Tabler.
func (l ForgeList) Table() (head []string, rows [][]string) {
	for _, f := range l.Forges {
		rows = append(rows, []string{f.Repository.Name(), string(f.Kind), f.Address + "/" + f.Project, f.State, fmt.Sprint(f.Open), fmt.Sprint(f.Bypassed), op.At(f.Asked), f.Says})
	}
	return []string{"REPOSITORY", "FORGE", "WHERE", "STATE", "OPEN", "PAST THE QUEUE", "ASKED", "WHY"}, rows
}

// Empty implements op.Emptier.
func (l ForgeList) Empty() string {
	return "No repository of a forge is gated here. Gate one: prentice forge add shop gitea https://git.example.org team/shop --secret forge-token"
}

// PullLine is a pull request as it is known here.
type PullLine struct {
	Pull   int64        `json:"pull"`
	Title  string       `json:"title"`
	Author string       `json:"author"`
	Change prentice.Ref `json:"change,omitempty"`
	Fork   bool         `json:"fork"`
	Open   bool         `json:"open"`
	Says   string       `json:"says,omitempty"` // why it is no change
	Page   string       `json:"page"`           // on the forge
}

// ForgeShown is a repository on a forge, with what is known of it.
type ForgeShown struct {
	ForgeLine
	Clone  string     `json:"clone"`
	Secret string     `json:"secret"` // the name of the token
	Pulls  []PullLine `json:"pulls"`
	Past   []Bypass   `json:"past"`   // moves past the queue, the last first
	Weaker []string   `json:"weaker"` // what is promised less than of a repository that is kept here
}

// Text implements op.Texter.
func (s ForgeShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is kept at %s (%s) and gated here: %s\n", s.Repository, s.Clone, s.Kind, s.State)
	if s.Says != "" {
		fmt.Fprintf(&b, "  %s\n", push.Plain(s.Says))
	}
	if !s.Again.IsZero() {
		fmt.Fprintf(&b, "  it is asked again at %s\n", op.At(s.Again))
	}
	if len(s.Pulls) > 0 {
		b.WriteString("\nPull requests\n")
	}
	for _, p := range s.Pulls {
		what := string(p.Change)
		if p.Says != "" {
			what = "not taken: " + push.Plain(p.Says)
		}
		if p.Fork {
			what += ", from a fork"
		}
		if !p.Open {
			what += ", closed"
		}
		fmt.Fprintf(&b, "  %-5d %s  (%s)\n", p.Pull, push.Plain(p.Title), what)
	}
	if len(s.Past) > 0 {
		b.WriteString("\nMoved past the queue\n")
	}
	for _, p := range s.Past {
		how := ""
		if p.Rewritten {
			how = ", and what was there is gone from it"
		}
		fmt.Fprintf(&b, "  %s  %s from %.12s to %.12s%s\n", op.At(p.At), p.Branch, p.From, p.To, how)
	}
	b.WriteString("\nWeaker than of a repository that prentice keeps\n")
	for _, w := range s.Weaker {
		fmt.Fprintf(&b, "  - %s.\n", w)
	}
	return b.String()
}

// Asking says that a forge is asked.
type Asking struct {
	Repository prentice.Ref `json:"repository"`
	Says       string       `json:"says"`
}

// Text implements op.Texter.
func (a Asking) Text() string { return fmt.Sprintf("%s: %s\n", a.Repository, a.Says) }

var (
	_ op.Tabler  = ForgeList{}
	_ op.Emptier = ForgeList{}
	_ op.Texter  = ForgeShown{}
	_ op.Texter  = Asking{}
)

func (k *Desk) forgeOps() []op.Op {
	return []op.Op{
		op.New("forge.add", prentice.Change, prentice.Owner, "Gate a repository that stays on a forge: its pull requests are changes here, and land by the queue", k.forgeAdd).
			WithExample("prentice forge add shop gitea https://git.example.org team/shop --secret forge-token").
			WithHelp("Keep the token first: prentice secret set forge-token -. The forge is asked once a minute, and at once when a webhook tells: see the how-to keep-your-forge. prentice sets two statuses and keeps one comment in each pull request, pushes what was checked to the branch prentice/queue/BRANCH, and moves the branch by fast-forward. Which promises are weaker than of a repository that prentice keeps is said by prentice forge show."),
		op.New("forge.list", prentice.Look, prentice.Viewer, "List the repositories that stay on a forge, and how each forge does", k.forgeList).
			WithExample("prentice forge list"),
		op.New("forge.show", prentice.Look, prentice.Viewer, "Show a repository on a forge: its pull requests, what was moved past the queue, and what is promised less", k.forgeShow).
			WithExample("prentice forge show shop"),
		op.New("forge.ask", prentice.Change, prentice.Operator, "Ask a forge now what is new", k.forgeAsk).
			WithExample("prentice forge ask shop").WithHelp("Without waiting for the next minute, and although it failed before."),
		op.New("forge.remove", prentice.Change, prentice.Owner, "Gate a repository on a forge no longer", k.forgeRemove).
			WithExample("prentice forge remove shop --reason 'it is kept here from now on'").
			WithHelp("What was fetched stays here, archived. With prentice repository archive shop --back it is kept here from then on. Nothing on the forge is changed: take the protection of its branch back there."),
	}
}

// forgeAdd takes a repository over once its forge has answered to the token: what is wrong
// with the two is said to the one who can put it right.
func (k *Desk) forgeAdd(ctx context.Context, c op.Call, in AddForgeIn) (ForgeShown, error) {
	if err := k.forging(); err != nil {
		return ForgeShown{}, err
	}
	g := gated{Place: forge.Place{Kind: forge.Kind(in.Kind), Address: in.Address, Project: in.Project}, Repository: in.Name, Secret: in.Token, By: c.Actor.Ref(), Made: c.Now}
	if err := g.Check(); err != nil {
		return ForgeShown{}, err
	}
	if !goodName(in.Name) {
		return ForgeShown{}, prentice.Errorf(prentice.Invalid, "%q can be no name of a repository", clip.Text(in.Name)).Try("use small letters, digits and . _ -, such as shop or shop-api")
	}
	if why := push.BranchName(in.Branch); why != "" {
		return ForgeShown{}, prentice.Errorf(prentice.Invalid, "%q can be no name of a branch: %s", clip.Text(in.Branch), why).Try("use one such as main")
	}
	if list, err := k.gates(ctx, ``); err != nil {
		return ForgeShown{}, err
	} else {
		for _, o := range list {
			if o.Place == g.Place {
				return ForgeShown{}, prentice.Errorf(prentice.Conflict, "%s is gated already, as %s", g.Project, o.Repository).Try("see it with: prentice forge show %s", o.Repository)
			}
		}
	}
	f, _, err := k.openForge(ctx, g)
	if err != nil {
		return ForgeShown{}, err
	}
	if _, err := f.Pulls(ctx); err != nil {
		return ForgeShown{}, err
	}
	h := Hosted{Name: in.Name, Title: in.Title, Branch: in.Branch, State: Making, Made: c.Now, MadeBy: c.Actor.Ref(), Source: g.Clone()}
	if err := k.keep(ctx, h); err != nil {
		return ForgeShown{}, err
	}
	if err := k.startGate(ctx, g); err != nil {
		return ForgeShown{}, err
	}
	k.ringForges()
	return k.forgeShown(ctx, g, h)
}

func (k *Desk) forgeList(ctx context.Context, _ op.Call, _ ForgesIn) (ForgeList, error) {
	out := ForgeList{Forges: []ForgeLine{}}
	if err := k.there(); err != nil {
		return out, err
	}
	list, err := k.gates(ctx, `ORDER BY repository`)
	for _, g := range list {
		h, err := k.Repository(ctx, g.Repository)
		if err != nil {
			return out, err
		}
		out.Forges = append(out.Forges, forgeLine(g, h))
	}
	return out, err
}

func forgeLine(g gated, h Hosted) ForgeLine {
	l := ForgeLine{Repository: h.Ref(), Kind: g.Kind, Address: g.Address, Project: g.Project, Branch: h.Branch, State: "well", Says: cmp.Or(g.Held, g.Says), Asked: g.Asked, Again: g.Again, Open: g.Open, Bypassed: len(g.Past)}
	switch {
	case g.Failures > 0 || g.Held != "":
		l.State = "failing"
	case g.Asked.IsZero():
		l.State = "new"
	}
	return l
}

// gateOf is the forge of a repository that is named.
func (k *Desk) gateOf(ctx context.Context, name string) (gated, Hosted, error) {
	h, err := k.Repository(ctx, NameIn{name}.name())
	if err != nil {
		return gated{}, h, err
	}
	g, err := k.gate(ctx, h.Name)
	if err == nil && g == nil {
		err = prentice.Errorf(prentice.NotFound, "%s is on no forge: it is kept here", h.Name).Try("list those that are: prentice forge list")
	}
	if err != nil {
		return gated{}, h, err
	}
	return *g, h, nil
}

func (k *Desk) forgeShow(ctx context.Context, _ op.Call, in ShowForgeIn) (ForgeShown, error) {
	g, h, err := k.gateOf(ctx, in.Name)
	if err != nil {
		return ForgeShown{}, err
	}
	return k.forgeShown(ctx, g, h)
}

// mostPullsShown is how many pull requests are listed.
const mostPullsShown = 200

func (k *Desk) forgeShown(ctx context.Context, g gated, h Hosted) (ForgeShown, error) {
	out := ForgeShown{ForgeLine: forgeLine(g, h), Clone: g.Clone(), Secret: g.Secret, Pulls: []PullLine{}, Past: append([]Bypass{}, g.Past...), Weaker: forge.Weaker(h.Branch)}
	list, err := k.pulls(ctx, g.Repository)
	for _, p := range list[:min(len(list), mostPullsShown)] {
		out.Pulls = append(out.Pulls, lineOfPull(g, p))
	}
	return out, err
}

func lineOfPull(g gated, p pulled) PullLine {
	l := PullLine{Pull: p.Pull, Title: p.Title, Author: p.Author, Fork: p.Fork, Open: p.Open, Says: p.Says, Page: g.Page(p.Pull)}
	if p.Change > 0 {
		l.Change = prentice.NewRef("change", fmt.Sprint(p.Change))
	}
	return l
}

func (k *Desk) forgeAsk(ctx context.Context, c op.Call, in ShowForgeIn) (Asking, error) {
	if err := k.forging(); err != nil {
		return Asking{}, err
	}
	g, h, err := k.gateOf(ctx, in.Name)
	if err != nil {
		return Asking{}, err
	}
	err = k.soon(ctx, g.Repository, true)
	return Asking{h.Ref(), "it is asked now; see what came of it with: prentice forge show " + h.Name}, err
}

// forgeRemove lets what was fetched stay, archived, so that it is not taken for the one that
// counts by mistake.
func (k *Desk) forgeRemove(ctx context.Context, _ op.Call, in RemoveForgeIn) (Asking, error) {
	g, h, err := k.gateOf(ctx, in.Name)
	if err != nil {
		return Asking{}, err
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		for _, query := range []string{`DELETE FROM code_forge WHERE repository = ?`, `DELETE FROM code_forge_pull WHERE repository = ?`, `UPDATE code_repository SET source = '', state = 'archived' WHERE name = ?`} {
			if _, err := tx.Exec(query, g.Repository); err != nil {
				return err
			}
		}
		return nil
	})
	return Asking{h.Ref(), "it is gated no longer, and archived here"}, err
}
