package build

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/op"
)

type deliveryIn struct {
	Service string    `json:"service,omitempty" arg:"1" of:"service" maxLength:"100" doc:"Only of this service."`
	Team    string    `json:"team,omitempty" maxLength:"200" example:"group/shop" doc:"Only of services that this group owns."`
	Place   string    `json:"place,omitempty" maxLength:"100" doc:"At which place; without it the last of releases.yaml."`
	Since   time.Time `json:"since,omitzero" ago:"true" doc:"The beginning of the window, such as 90d; without it 30 days before its end."`
	Until   time.Time `json:"until,omitzero" ago:"true" doc:"The end of the window, which is not in it; without it now."`
}

func (k *Desk) deliveryOps() []op.Op {
	return []op.Op{
		op.New("delivery.show", prentice.Look, prentice.Viewer, "Show the five delivery figures of a window, each with what it was made of.", k.delivery).
			WithExample("prentice delivery show --since 90d").
			WithHelp("Deployment frequency, lead time for changes, failed deployment recovery time, change fail rate and deployment rework rate, as DORA has them since 2025. Each deployment belongs to the moment at which it ended, whatever the window; what is not known is counted as unknown, and in no figure."),
	}
}

const usualWindow = 30 * 24 * time.Hour

func (k *Desk) delivery(ctx context.Context, c op.Call, in deliveryIn) (Delivery, error) {
	if err := k.there(); err != nil {
		return Delivery{}, err
	}
	place := cmp.Or(in.Place, k.rules().Last())
	until := in.Until
	if until.IsZero() {
		until = c.Now
	}
	since := in.Since
	if since.IsZero() {
		since = until.Add(-usualWindow)
	}
	if !since.Before(until) {
		return Delivery{}, prentice.Errorf(prentice.Invalid, "the window ends at %s, before it begins at %s", op.At(until), op.At(since)).Try("give --since an earlier time than --until")
	}
	if until.Sub(since) > longest {
		return Delivery{}, prentice.Errorf(prentice.Invalid, "the window has %d days, and at most 366 are looked at", int(until.Sub(since).Hours()/24)).Try("choose a shorter one: --since 365d")
	}
	list, err := k.Releases.Deployments(ctx, release.Filter{Service: in.Service, Place: place})
	if err != nil {
		return Delivery{}, err
	}
	if in.Team != "" {
		team := prentice.NewRef("group", strings.TrimPrefix(in.Team, "group/"))
		list = slices.DeleteFunc(list, func(d release.Deployment) bool {
			e, err := k.Catalog().Entity(prentice.NewRef("service", d.Service))
			return err != nil || e.Owner != team
		})
	}
	return Delivery{Place: place, Service: in.Service, Team: in.Team, Figures: release.Measure(list, release.Window{From: since.UTC(), To: until.UTC()})}, nil
}

const longest = 366 * 24 * time.Hour

// Delivery is the figures of a window.
type Delivery struct {
	Place   string `json:"place,omitempty"`
	Service string `json:"service,omitempty"`
	Team    string `json:"team,omitempty"`
	release.Figures
}

// Says is a figure in words.
func Says(f release.Figure) string {
	if !f.Known {
		return "unknown"
	}
	switch f.Unit {
	case "h":
		return hours(f.Value)
	case "%":
		return fmt.Sprintf("%.1f %%", f.Value)
	}
	return fmt.Sprintf("%.2f %s", f.Value, f.Unit)
}

// hours is a time as people say it.
func hours(h float64) string {
	d := time.Duration(h * float64(time.Hour))
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	}
	return fmt.Sprintf("%.1f days", d.Hours()/24)
}

// Table implements op.Tabler.
func (d Delivery) Table() (head []string, rows [][]string) {
	head = []string{"FIGURE", "VALUE", "OF", "UNKNOWN", "HOW"}
	for _, f := range d.All() {
		rows = append(rows, []string{f.Name, Says(f), fmt.Sprint(f.Of), fmt.Sprint(f.Unknown), f.Says})
	}
	return head, rows
}

var _ op.Tabler = Delivery{}
