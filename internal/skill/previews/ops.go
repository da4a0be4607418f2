package previews

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

type createIn struct {
	Env   string        `json:"env" arg:"1" doc:"The environment, by its ID or the name of its address, such as change-42." example:"change-42" minLength:"1" maxLength:"120"`
	Ends  time.Duration `json:"ends,omitempty" doc:"How long it lets in, such as 2h or 14d, at most 90d; without it, 7 days."`
	Uses  int           `json:"uses,omitempty" doc:"How many browsers may follow it; without it, any number." minimum:"1" maximum:"10000"`
	Note  string        `json:"note,omitempty" doc:"For whom it is, in a few words; it is kept as evidence." example:"for the finance team" maxLength:"300"`
	Plain bool          `json:"plain,omitempty" doc:"Whether the pages are shown without the banner."`
}

type listIn struct {
	Env string `json:"env,omitempty" arg:"1" doc:"Only those of an environment, and of the change that it is of." maxLength:"120"`
	All bool   `json:"all,omitempty" doc:"Also those that are over or were taken back."`
}

type revokeIn struct {
	ID     int64  `json:"id" arg:"1" doc:"The link's number, as link list shows it." example:"3" minimum:"1"`
	Reason string `json:"reason,omitempty" doc:"Why, in one sentence; it is kept as evidence." maxLength:"300"`
}

type openIn struct {
	Env     string `json:"env" arg:"1" doc:"The environment, by its ID or the name of its address, such as change-42." example:"change-42" minLength:"1" maxLength:"120"`
	Service string `json:"service,omitempty" doc:"A service of it, if not the main one." maxLength:"63"`
	To      string `json:"to,omitempty" doc:"The path to open there." example:"/orders" maxLength:"2000"`
}

type requestsIn struct {
	Env   string `json:"env" arg:"1" doc:"The environment, by its ID or the name of its address, such as change-42." example:"change-42" minLength:"1" maxLength:"120"`
	Limit int    `json:"limit,omitempty" default:"100" doc:"How many, the newest first." minimum:"1" maximum:"500"`
}

func (k *Desk) ops() []op.Op {
	return []op.Op{
		op.About(op.New("link.create", prentice.Change, prentice.Operator, "Make a link by which people without an account look at an environment.", k.create), func(ctx context.Context, in createIn) ([]prentice.Ref, error) { return k.about(ctx, in.Env) }).
			WithExample("prentice link create change-42 --ends 7d --note 'for the finance team'").WithEvidence().WithSecretOutput().
			WithHelp("Anyone who has the address looks at this environment, and at nothing else, until the link ends or is taken back; it is shown once. " +
				"A link of change-42 leads to what that change has at the time, also after another patch set; one of an ID leads to that environment alone. With --uses it is followed by a button, so that programs which show what is behind a link use none up. " +
				"Programs send what stands after /link/ in the header Prentice-Link, or as password of the user link."),
		op.New("link.list", prentice.Look, prentice.Viewer, "List share links.", k.list).
			WithExample("prentice link list --all"),
		op.About(op.New("link.revoke", prentice.Change, prentice.Operator, "Take a share link back: anyone who came by it is out within seconds.", k.take), func(ctx context.Context, in revokeIn) ([]prentice.Ref, error) { return k.ofLink(ctx, in.ID) }).
			WithExample("prentice link revoke 3 --reason 'the demo is over'").WithEvidence(),
		op.New("preview.open", prentice.Look, prentice.Viewer, "Make an address that opens an environment in a browser, once, within a minute.", k.open).
			WithExample("prentice preview open change-42").WithSecretOutput().ThatKeeps(),
		op.New("preview.requests", prentice.Look, prentice.Viewer, "Show what an environment was asked last, by whom, and what it answered.", k.asked).
			WithExample("prentice preview requests change-42").
			WithHelp("The last 500 are remembered for each environment, until prentice is started again. What stands behind the path of a request is not kept."),
	}
}

// find is an environment by its ref, its ID or the name of its address.
func (k *Desk) find(ctx context.Context, name string) (preview.Place, error) {
	if err := k.there(); err != nil {
		return preview.Place{}, err
	}
	return k.Targets.Place(ctx, strings.TrimPrefix(name, "env/"))
}

func (k *Desk) about(ctx context.Context, env string) ([]prentice.Ref, error) {
	p, err := k.find(ctx, env)
	if err != nil {
		return nil, err
	}
	return []prentice.Ref{prentice.NewRef("env", p.ID)}, nil
}

func (k *Desk) ofLink(ctx context.Context, number int64) ([]prentice.Ref, error) {
	if err := k.there(); err != nil {
		return nil, err
	}
	found, err := links(k.reads(ctx), `number = ?`, number)
	if err != nil || len(found) == 0 { // the operation says that there is none
		return nil, err
	}
	return []prentice.Ref{found[0].Of()}, nil
}

func (k *Desk) create(ctx context.Context, c op.Call, in createIn) (LinkMade, error) {
	p, err := k.find(ctx, in.Env)
	if err != nil {
		return LinkMade{}, err
	}
	if p.State == preview.Stopped {
		return LinkMade{}, prentice.Errorf(prentice.Conflict, "env/%s is stopped, and does not come back", p.ID).Try("make another, and share that: prentice env create")
	}
	lasts := cmp.Or(in.Ends, preview.UsualLink)
	if lasts < time.Minute || lasts > preview.LongestLink {
		return LinkMade{}, prentice.Errorf(prentice.Invalid, "a share link lasts a minute to 90 days, and this one %s", lasts).Try("write --ends 7d; another can be made when it is over")
	}
	key, err := k.signs()
	if err != nil {
		return LinkMade{}, err
	}
	target := p.ID
	if p.Name == p.Of && p.Of != "" { // it was asked for by the name that its next patch set has too
		target = p.Of
	}
	base := k.Domain().URL(preview.Named{Place: target})
	if base == "" {
		return LinkMade{}, prentice.Errorf(prentice.Conflict, "env/%s has no address", p.ID).Try("look at it: prentice env show %s", p.ID)
	}
	// To the microsecond, as it is stored: the end is signed.
	l, err := k.add(ctx, preview.Link{Env: target, Note: strings.TrimSpace(in.Note), By: c.Actor.Ref(), Made: c.Now, Ends: db.Time(db.Micros(c.Now.Add(lasts))), Uses: in.Uses, Plain: in.Plain})
	if err != nil {
		return LinkMade{}, err
	}
	return LinkMade{LinkOut: out(l, c.Now), URL: base + "/_prentice/link/" + key.Token(l)}, nil
}

func (k *Desk) list(ctx context.Context, c op.Call, in listIn) (LinkList, error) {
	if err := k.there(); err != nil {
		return LinkList{}, err
	}
	where, args := `1 = 1`, []any{}
	if in.Env != "" {
		p, err := k.find(ctx, in.Env)
		if err != nil {
			return LinkList{}, err
		}
		where, args = where+` AND env IN (?, ?)`, append(args, p.ID, p.Of)
	}
	if !in.All {
		where, args = where+` AND revoked = 0 AND ends > ?`, append(args, db.Micros(c.Now))
	}
	found, err := links(k.reads(ctx), where+` ORDER BY number DESC LIMIT 500`, args...)
	list := LinkList{Links: []LinkOut{}}
	for _, l := range found {
		list.Links = append(list.Links, out(l, c.Now))
	}
	return list, err
}

func (k *Desk) take(ctx context.Context, c op.Call, in revokeIn) (LinkOut, error) {
	if err := k.there(); err != nil {
		return LinkOut{}, err
	}
	l, err := k.revoke(ctx, in.ID, c.Actor.Ref(), strings.TrimSpace(in.Reason))
	return out(l, c.Now), err
}

// open makes the address with a code. People alone are let in by one: a program is given a
// share link, which can be taken back.
func (k *Desk) open(ctx context.Context, c op.Call, in openIn) (Opened, error) {
	if c.Actor.Kind != prentice.Person {
		return Opened{}, prentice.Errorf(prentice.Denied, "%s is not a person, and only people open previews in a browser", c.Actor.Ref()).Try("use a share link: prentice link create %s", in.Env)
	}
	p, err := k.find(ctx, in.Env)
	if err != nil {
		return Opened{}, err
	}
	if _, ok := p.Service(in.Service); !ok && in.Service != "" {
		return Opened{}, prentice.Errorf(prentice.NotFound, "env/%s has no service %q with an address", p.ID, in.Service).Try("look at it: prentice env show %s", p.ID)
	}
	named := preview.Named{Place: p.Name, Service: in.Service}
	base, host := k.Domain().URL(named), k.Domain().Host(named)
	if base == "" {
		return Opened{}, prentice.Errorf(prentice.Conflict, "env/%s has no address", p.ID).Try("look at it: prentice env show %s", p.ID)
	}
	code, err := k.code(ctx, p.ID, host, c.Actor.Name, c.Now)
	if err != nil {
		return Opened{}, err
	}
	q := url.Values{"code": {code}}
	if in.To != "" {
		q.Set("to", in.To)
	}
	return Opened{Address: base, URL: base + "/_prentice/enter?" + q.Encode(), Expires: c.Now.Add(codeLife)}, nil
}

func (k *Desk) asked(ctx context.Context, _ op.Call, in requestsIn) (Requests, error) {
	p, err := k.find(ctx, in.Env)
	if err != nil {
		return Requests{}, err
	}
	return Requests{Env: prentice.NewRef("env", p.ID), Address: k.Domain().URL(preview.Named{Place: p.Name}), Requests: k.requests.Of(p.ID, in.Limit)}, nil
}
