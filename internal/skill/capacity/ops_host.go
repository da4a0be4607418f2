package capacity

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/provision"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// HostsIn says which are wanted.
type HostsIn struct{}

// HostIn names one.
type HostIn struct {
	Name string `json:"name" arg:"1" maxLength:"100" example:"db1" doc:"The name of the host."`
}

// CheckIn is a file to check.
type CheckIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048576" doc:"The capacity.yaml to check."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Checked is what is wrong with a file.
type Checked struct{ op.Findings }

// Text implements op.Texter.
func (c Checked) Text() string { return c.Report("") }

// HostLine is a host as it was seen.
type HostLine struct {
	Ref   prentice.Ref    `json:"ref"`
	Name  string          `json:"name"`
	State Word            `json:"state"`
	Says  string          `json:"says"`
	Facts hostfacts.Facts `json:"facts"`
}

// HostList is those that are looked at.
type HostList struct {
	Hosts []HostLine `json:"hosts"`
}

// HostShown is one host, whole.
type HostShown struct {
	HostLine
	Resources []Line `json:"resources"`
}

func (k *Desk) listHosts(ctx context.Context, c op.Call, _ HostsIn) (HostList, error) {
	if err := k.there(); err != nil {
		return HostList{}, err
	}
	seen, err := k.kept.hosts(ctx)
	out := HostList{Hosts: []HostLine{}}
	for _, h := range k.looked() {
		out.Hosts = append(out.Hosts, hostLine(c.Now, h.Ref, seen[h.Ref.Name()]))
	}
	return out, err
}

func (k *Desk) showHost(ctx context.Context, c op.Call, in HostIn) (HostShown, error) {
	if err := k.there(); err != nil {
		return HostShown{}, err
	}
	h, err := k.host(in.Name)
	if err != nil {
		return HostShown{}, err
	}
	seen, err := k.kept.hosts(ctx)
	if err != nil {
		return HostShown{}, err
	}
	list, err := k.list(ctx, c, ListIn{About: h.Ref})
	return HostShown{hostLine(c.Now, h.Ref, seen[h.Ref.Name()]), list.Resources}, err
}

func (k *Desk) lookNow(ctx context.Context, c op.Call, in HostIn) (HostShown, error) {
	if err := k.there(); err != nil {
		return HostShown{}, err
	}
	h, err := k.host(in.Name)
	if err != nil {
		return HostShown{}, err
	}
	if k.Look == nil {
		return HostShown{}, prentice.Errorf(prentice.Unavailable, "no host is looked at from here").Try("start prentice: prentice up")
	}
	if _, err := k.lookAt(ctx, h); err != nil {
		return HostShown{}, err
	}
	return k.showHost(ctx, c, in)
}

func (k *Desk) check(_ context.Context, _ op.Call, in CheckIn) (Checked, error) {
	return Checked{op.Found(provision.File.Check(cmp.Or(in.Name, provision.TeamFile), []byte(in.File)))}, nil
}

// clockWrong is how far off a clock is wrong: signatures and logs of two machines no longer
// fit together.
const clockWrong = time.Second

// hostLine is how a host stands by what what was looked at last said.
func hostLine(now time.Time, ref prentice.Ref, seen seenHost) HostLine {
	l := HostLine{Ref: ref, Name: ref.Name(), State: Enough, Facts: seen.Facts}
	f := seen.Facts
	switch full, used := fullest(f); {
	case seen.Tried.IsZero():
		l.State, l.Says = Unknown, "it was not looked at yet"
	case seen.Says != "":
		l.State, l.Says = Unknown, "it could not be looked at: "+seen.Says
	case used >= 1:
		l.State, l.Says = Exhausted, fmt.Sprintf("nothing is left of the disk %s", full)
	case f.Clock.Wrong() > clockWrong:
		l.State, l.Says = Ending, fmt.Sprintf("its clock is wrong by %s at least", f.Clock.Wrong().Round(time.Millisecond))
	default:
		l.Says = fmt.Sprintf("looked at %s", render.Ago(now, f.At))
	}
	return l
}
