package environments

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/op"
)

// EnvOut is an environment, and how it stands.
type EnvOut struct {
	Ref        prentice.Ref       `json:"ref"`
	ID         string             `json:"id"`
	Number     int64              `json:"number"`
	State      environment.Stage  `json:"state"`
	Says       string             `json:"says,omitempty"`
	Turn       int                `json:"turn,omitempty"` // among those that wait to be made; 1 is the next
	Repository string             `json:"repository,omitempty"`
	At         string             `json:"at,omitempty"`
	Commit     string             `json:"commit,omitempty"`
	Change     prentice.Ref       `json:"change,omitempty"`
	PatchSet   int                `json:"patch_set,omitempty"`
	Purpose    string             `json:"purpose,omitempty"`
	By         prentice.Ref       `json:"by"`
	Outside    bool               `json:"outside,omitempty"` // it gets no secrets
	Backend    string             `json:"backend"`
	Replica    string             `json:"replica,omitempty"`
	Asked      time.Time          `json:"asked"`
	ReadyAt    time.Time          `json:"ready_at,omitzero"`
	Ends       time.Time          `json:"ends"`
	Ended      time.Time          `json:"ended,omitzero"`
	StoppedBy  prentice.Ref       `json:"stopped_by,omitempty"`
	Services   []environment.Seen `json:"services"`
	Address    string             `json:"address,omitempty"`
}

func (k *Desk) envOut(e environment.Environment) EnvOut {
	out := EnvOut{Ref: e.Ref(), ID: e.ID, Number: e.Number, State: e.Stage, Says: e.Says, Repository: e.Repository, At: e.At, Commit: e.Commit, PatchSet: e.PatchSet,
		Purpose: e.Purpose, By: e.By, Outside: e.Outside, Backend: e.Backend, Replica: e.Owner, Asked: e.Asked, ReadyAt: e.Was, Ends: e.Ends, Ended: e.Ended, StoppedBy: e.StoppedBy, Services: e.Services}
	if e.Change > 0 {
		out.Change = prentice.NewRef("change", fmt.Sprint(e.Change))
	}
	if out.Services == nil {
		out.Services = []environment.Seen{}
	}
	if k.Address != nil && e.Live() {
		out.Address = k.Deps.Address(e, "")
	}
	return out
}

// Of says from what it is made, in a few words.
func (e EnvOut) Of() string {
	switch {
	case e.Change != "":
		return fmt.Sprintf("%s %s, patch set %d", e.Repository, e.Change, e.PatchSet)
	case e.At != "" && e.At != e.Commit:
		return strings.TrimSpace(e.Repository + " " + e.At)
	}
	return strings.TrimSpace(e.Repository + " " + short(e.Commit))
}

// Shared is the name by which it is shared: that of its change, which its next patch set has too.
func (e EnvOut) Shared() string {
	if e.Change != "" {
		return "change-" + e.Change.Name()
	}
	return e.ID
}

// Version is the commit, short.
func (e EnvOut) Version() string { return short(e.Commit) }

func short(commit string) string { return commit[:min(len(commit), 10)] }

// Well says how many of its services are as they are to be, such as 3 of 4.
func (e EnvOut) Well() string {
	if len(e.Services) == 0 {
		return ""
	}
	n := 0
	for _, s := range e.Services {
		if s.State == environment.Running || s.State == environment.Well || s.State == environment.Done {
			n++
		}
	}
	return fmt.Sprintf("%d of %d", n, len(e.Services))
}

func sign(state environment.Stage) string {
	b := badges["env "+string(state)]
	return b.Sign + " " + b.Word
}

// EnvList is environments and shared places.
type EnvList struct {
	Envs   []EnvOut   `json:"envs"`
	Places []PlaceOut `json:"places"`
	At     time.Time  `json:"at,omitzero"` // as it was then
}

// Table implements op.Tabler.
func (l EnvList) Table() (head []string, rows [][]string) {
	head = []string{"WHERE", "STATE", "WHAT", "HEALTH", "WHO", "UNTIL (UTC)", "FOR"}
	for _, p := range l.Places {
		rows = append(rows, []string{string(p.Ref), p.Word(), p.What(), p.Kind, p.Who(), op.Cell(p.Until()), p.For()})
	}
	for _, e := range l.Envs {
		until := e.Ends
		if !e.Ended.IsZero() {
			until = e.Ended
		}
		rows = append(rows, []string{string(e.Ref), sign(e.State), e.Of(), e.Well(), string(e.By), op.Cell(until), firstOf(e.Purpose, e.Says)})
	}
	return head, rows
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// Empty implements op.Emptier.
func (l EnvList) Empty() string {
	if !l.At.IsZero() {
		return "No environment was there at " + op.At(l.At) + "."
	}
	return "No environment. One is made from the compose file of a commit: prentice env create REPOSITORY, or prentice env create --change NUMBER. Shared places stand in environments.yaml in the team folder."
}

// EnvShown is one environment, whole.
type EnvShown struct {
	EnvOut
	Spec      []ServiceOut `json:"spec"`
	Addresses []Address    `json:"addresses,omitempty"`
	Volumes   []string     `json:"volumes,omitempty"`
	Hosts     []string     `json:"hosts,omitempty"` // outside, that it may reach
	Use       *UseOut      `json:"use,omitempty"`   // nil is not known
	Extends   time.Time    `json:"extends"`         // the latest end that it can have
	Advice    []string     `json:"advice,omitempty"`
}

// UseOut is what an environment uses at this moment.
type UseOut struct {
	Memory    int64         `json:"memory"`
	Disk      int64         `json:"disk"`
	CPU       time.Duration `json:"cpu"`
	Processes int           `json:"processes"`
}

// Address is where a service is found.
type Address struct {
	Service string `json:"service"`
	URL     string `json:"url"`
}

// ServiceOut is a service as it is to be. Of its secrets there are the names.
type ServiceOut struct {
	Name      string   `json:"name"`
	Image     string   `json:"image,omitempty"`
	Provider  string   `json:"provider,omitempty"`
	Data      string   `json:"data,omitempty"` // what a database begins with, and where it is, where that is said
	Built     bool     `json:"built,omitempty"`
	Ports     []int    `json:"ports,omitempty"`
	After     []string `json:"after,omitempty"`
	Once      bool     `json:"once,omitempty"`
	Variables []string `json:"variables,omitempty"`
	Secrets   []string `json:"secrets,omitempty"`
}

func specOut(s environment.Spec) []ServiceOut {
	list := []ServiceOut{}
	for _, one := range s.Services {
		out := ServiceOut{Name: one.Name, Image: one.Image, Provider: one.Provider, Data: dataSays(one), Built: one.Build != nil, Ports: one.Ports, Once: one.Once}
		for _, name := range sorted(one.After) {
			out.After = append(out.After, name+" ("+strings.TrimPrefix(string(one.After[name]), "service_")+")")
		}
		out.Variables = sorted(one.Env)
		alone := environment.Spec{Services: []environment.Service{one}}
		out.Secrets = alone.SecretNames()
		list = append(list, out)
	}
	return list
}

// dataSays is what a database begins with, and whose its server is.
func dataSays(one environment.Service) string {
	var says []string
	switch {
	case one.Template != "":
		says = append(says, "begins with the template "+short(one.Template))
	case one.Seed != nil:
		says = append(says, "begins with a template")
	}
	if one.Seed != nil {
		says = append(says, "made by "+strings.Join(one.Seed.By, " and "))
	}
	if one.Shared {
		says = append(says, "in a server that environments share")
	}
	return strings.Join(says, ", ")
}

func (k *Desk) shown(ctx context.Context, e environment.Environment) (EnvShown, error) {
	out := EnvShown{EnvOut: k.envOut(e), Spec: specOut(e.Spec), Volumes: e.Spec.Volumes, Hosts: e.Spec.Hosts, Extends: e.Asked.Add(k.Rules().Quota.Longest)}
	one := []EnvOut{out.EnvOut}
	if err := k.turns(ctx, one); err != nil {
		return out, err
	}
	out.EnvOut = one[0]
	for _, seen := range e.Services {
		if one := e.Spec.Service(seen.Service); one != nil && !strings.HasPrefix(seen.Version, "sha256:") {
			if text := one.Otherwise(seen.Version); text != "" {
				out.Advice = append(out.Advice, text)
			}
		}
	}
	if !e.Live() {
		return out, nil
	}
	if k.Deps.Address != nil {
		for _, s := range e.Spec.Services {
			if url := k.Deps.Address(e, s.Name); url != "" && len(s.Ports) > 0 {
				out.Addresses = append(out.Addresses, Address{s.Name, url})
			}
		}
	}
	if b, err := k.Backend(e); err == nil && (e.Stage == environment.Ready || e.Stage == environment.Making) {
		if use, err := b.Use(ctx, e.ID); err == nil {
			out.Use = &UseOut{use.Memory, use.Disk, use.CPU, use.Processes}
		}
	}
	return out, nil
}

// Text implements op.Texter.
func (e EnvShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s", e.Ref, sign(e.State))
	if e.Says != "" {
		fmt.Fprintf(&b, ": %s", e.Says)
	}
	fmt.Fprintf(&b, "\nOf        %s\n", e.Of())
	if e.Commit != "" {
		fmt.Fprintf(&b, "Commit    %s\n", e.Commit)
	}
	fmt.Fprintf(&b, "Made by   %s, for %s\n", e.Backend, e.By)
	if e.Purpose != "" {
		fmt.Fprintf(&b, "For       %s\n", e.Purpose)
	}
	if e.Outside {
		b.WriteString("Secrets   none: it is of someone outside of the team\n")
	}
	switch {
	case e.State == environment.Stopped:
		fmt.Fprintf(&b, "Stopped   %s\n", op.At(e.Ended))
	default:
		fmt.Fprintf(&b, "Ends      %s, %s at the latest\n", op.At(e.Ends), op.At(e.Extends))
	}
	for _, text := range e.Advice {
		fmt.Fprintf(&b, "Advice    %s\n", text)
	}
	for _, a := range e.Addresses {
		fmt.Fprintf(&b, "%-9s %s\n", a.Service, a.URL)
	}
	for _, s := range e.Spec {
		if s.Data != "" {
			fmt.Fprintf(&b, "Data      %s %s\n", s.Name, s.Data)
		}
	}
	if len(e.Services) > 0 {
		b.WriteString("Services\n")
	}
	for _, s := range e.Services {
		badge := badges["service "+string(s.State)]
		fmt.Fprintf(&b, "  %-16s %s %s", s.Service, badge.Sign, badge.Word)
		if s.Version != "" {
			fmt.Fprintf(&b, "  %s", s.Version)
		}
		if s.Restarts > 0 {
			fmt.Fprintf(&b, "  begun again %d times", s.Restarts)
		}
		if s.Says != "" {
			fmt.Fprintf(&b, ": %s", s.Says)
		}
		b.WriteString("\n")
	}
	if e.Use != nil {
		fmt.Fprintf(&b, "Uses      %d MB of memory, %d MB of disk, %s of processor, %d processes\n", e.Use.Memory>>20, e.Use.Disk>>20, e.Use.CPU.Round(time.Second), e.Use.Processes)
	}
	return b.String()
}

// Plan is what an environment would be.
type Plan struct {
	Repository string             `json:"repository"`
	At         string             `json:"at,omitempty"`
	Commit     string             `json:"commit"`
	Backend    string             `json:"backend"`
	Outside    bool               `json:"outside,omitempty"`
	Services   []ServiceOut       `json:"services"`
	Volumes    []string           `json:"volumes,omitempty"`
	Hosts      []string           `json:"hosts,omitempty"`
	Secrets    []string           `json:"secrets,omitempty"`
	Advice     []prentice.Finding `json:"advice,omitempty"`
}

// Text implements op.Texter.
func (p Plan) Text() string {
	var b strings.Builder
	of := strings.TrimSpace(p.Repository + " " + p.At)
	if p.Commit != "" {
		of += " at " + short(p.Commit)
	}
	fmt.Fprintf(&b, "%s, made by %s\n", of, p.Backend)
	for _, s := range p.Services {
		fmt.Fprintf(&b, "  %-16s %s", s.Name, firstOf(s.Image, s.Provider, map[bool]string{true: "built", false: "a command"}[s.Built]))
		if len(s.After) > 0 {
			fmt.Fprintf(&b, "  after %s", strings.Join(s.After, ", "))
		}
		if s.Data != "" {
			fmt.Fprintf(&b, "  %s", s.Data)
		}
		b.WriteString("\n")
	}
	for _, one := range []struct {
		name string
		list []string
	}{{"Volumes", p.Volumes}, {"Reaches", p.Hosts}, {"Secrets", p.Secrets}} {
		if len(one.list) > 0 {
			fmt.Fprintf(&b, "%-9s %s\n", one.name, strings.Join(one.list, ", "))
		}
	}
	for _, f := range p.Advice {
		fmt.Fprintf(&b, "%s: %s\n", firstOf(f.At.String(), "advice"), f.Text)
	}
	return b.String()
}

// Queue is what waits to be made.
type Queue struct {
	Waiting []EnvOut `json:"waiting"`
}

// Table implements op.Tabler.
func (q Queue) Table() (head []string, rows [][]string) {
	head = []string{"ENVIRONMENT", "OF", "WHO", "SINCE (UTC)", "WHY"}
	for _, e := range q.Waiting {
		rows = append(rows, []string{string(e.Ref), e.Of(), string(e.By), op.Cell(e.Asked), e.Says})
	}
	return head, rows
}

// Empty implements op.Emptier.
func (q Queue) Empty() string {
	return "No environment waits to be made. See those there are: prentice env list"
}

var (
	_ op.Tabler  = EnvList{}
	_ op.Emptier = EnvList{}
	_ op.Texter  = EnvShown{}
	_ op.Texter  = Plan{}
	_ op.Tabler  = Queue{}
)
