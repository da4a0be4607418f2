package security

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
)

// Views keeps the views of lists that people have named, each their own.
type Views interface {
	Views(ctx context.Context, who prentice.Ref, page string) ([]identity.SavedView, error)
	SaveView(ctx context.Context, who prentice.Ref, v identity.SavedView) error
	RemoveView(ctx context.Context, who prentice.Ref, page, name string) error
}

type viewsIn struct {
	Page string `json:"page,omitempty" doc:"Only views of this page, such as /runs." maxLength:"60"`
}

type viewIn struct {
	Name string `json:"name" arg:"1" doc:"What you call it." example:"failed-deploys" minLength:"1" maxLength:"60"`
	Page string `json:"page" doc:"The page, such as /runs." example:"/runs" maxLength:"60"`
}

type saveViewIn struct {
	viewIn
	Query string `json:"query,omitempty" doc:"What the list is filtered by, as it is in the address of the page." example:"state=failed&procedure=deploy" maxLength:"1000"`
}

func (d Deps) viewOps() []op.Op {
	return []op.Op{
		op.New("view.list", prentice.Look, prentice.Viewer, "List the views of lists that you have saved.", d.listViews).WithExample("prentice view list"),
		op.New("view.save", prentice.Change, prentice.Viewer, "Save a view of a list under a name.", d.saveView).
			WithExample("prentice view save failed-deploys --page /runs --query 'state=failed&procedure=deploy'").
			WithHelp("A view is an address: a page and its filters. Only you see yours."),
		op.New("view.remove", prentice.Change, prentice.Viewer, "Remove a view that you have saved.", d.removeView).WithExample("prentice view remove failed-deploys --page /runs"),
	}
}

// SavedViews are someone's own.
type SavedViews struct {
	Views []SavedView `json:"views"`
}

// SavedView is a view with its address.
type SavedView struct {
	identity.SavedView
	Href string `json:"href"`
}

func (d Deps) listViews(ctx context.Context, c op.Call, in viewsIn) (SavedViews, error) {
	out := SavedViews{Views: []SavedView{}}
	if d.Views == nil {
		return out, nil
	}
	list, err := d.Views.Views(ctx, c.Actor.Ref(), in.Page)
	for _, v := range list {
		href := v.Page
		if v.Query != "" {
			href += "?" + v.Query
		}
		out.Views = append(out.Views, SavedView{v, href})
	}
	return out, err
}

// page is the path of a list.
var page = regexp.MustCompile(`^/[a-z][a-z/-]*$`)

func (d Deps) saveView(ctx context.Context, c op.Call, in saveViewIn) (ViewSaid, error) {
	if !page.MatchString(in.Page) {
		return ViewSaid{}, prentice.Errorf(prentice.Invalid, "%q is not a page", in.Page).Try("give its path, such as /runs")
	}
	query, err := url.ParseQuery(in.Query)
	if err != nil {
		return ViewSaid{}, prentice.Errorf(prentice.Invalid, "%q is not the query of an address", in.Query).Try("write it as state=failed&procedure=deploy")
	}
	maps.DeleteFunc(query, func(_ string, values []string) bool { return strings.Join(values, "") == "" }) // a field that was left blank
	if d.Views == nil {
		return ViewSaid{}, prentice.Errorf(prentice.Unavailable, "views are not kept here")
	}
	return ViewSaid{"Saved as " + in.Name + "."}, d.Views.SaveView(ctx, c.Actor.Ref(), identity.SavedView{Name: in.Name, Page: in.Page, Query: query.Encode()})
}

func (d Deps) removeView(ctx context.Context, c op.Call, in viewIn) (ViewSaid, error) {
	if d.Views == nil {
		return ViewSaid{}, prentice.Errorf(prentice.Unavailable, "views are not kept here")
	}
	return ViewSaid{"Removed."}, d.Views.RemoveView(ctx, c.Actor.Ref(), in.Page, in.Name)
}

// Table implements op.Tabler.
func (s SavedViews) Table() (head []string, rows [][]string) {
	for _, v := range s.Views {
		rows = append(rows, []string{v.Name, v.Href})
	}
	return []string{"VIEW", "ADDRESS"}, rows
}

// Empty implements op.Emptier.
func (SavedViews) Empty() string {
	return "You have saved no view. Filter a list on the pages and save it there, or: prentice view save NAME --page /runs --query 'state=failed'"
}

// ViewSaid is one sentence about a view.
type ViewSaid struct {
	Says string `json:"says"`
}

// Text implements op.Texter.
func (s ViewSaid) Text() string { return s.Says + "\n" }

var (
	_ op.Texter  = ViewSaid{}
	_ op.Tabler  = SavedViews{}
	_ op.Emptier = SavedViews{}
)
