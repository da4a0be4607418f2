package environment

import (
	"fmt"
	"slices"
	"time"

	"prentice"
)

// Stage is how far an environment is.
type Stage string

// The stages. Failed keeps what its services printed until it is stopped.
const (
	Queued   Stage = "queued"
	Making   Stage = "making"
	Ready    Stage = "ready"
	Failed   Stage = "failed"
	Stopping Stage = "stopping"
	Stopped  Stage = "stopped"
)

// follows says which stage can come after which.
var follows = map[Stage][]Stage{
	Queued:   {Making, Failed, Stopped},
	Making:   {Ready, Failed, Stopping},
	Ready:    {Making, Failed, Stopping},
	Failed:   {Stopping},
	Stopping: {Stopped},
}

// Environment is one, as it is kept.
type Environment struct {
	ID         string         `json:"id"`
	Number     int64          `json:"number"`
	Stage      Stage          `json:"stage"`
	Says       string         `json:"says,omitempty"` // why it failed, what it waits for, or why it was stopped
	Repository string         `json:"repository,omitempty"`
	At         string         `json:"at,omitempty"` // the revision as it was asked for
	Commit     string         `json:"commit,omitempty"`
	Copy       string         `json:"copy,omitempty"` // the digest of a copy of a folder, in place of a repository
	Change     int64          `json:"change,omitempty"`
	PatchSet   int            `json:"patch_set,omitempty"`
	Purpose    string         `json:"purpose,omitempty"`
	Profiles   []string       `json:"profiles,omitempty"`
	By         prentice.Ref   `json:"by"`
	People     []prentice.Ref `json:"people,omitempty"`  // behind who asked
	Team       prentice.Ref   `json:"team,omitempty"`    // whose quota it counts to
	Outside    bool           `json:"outside,omitempty"` // of someone who is not of the team: it gets no secrets
	Backend    string         `json:"backend"`
	Owner      string         `json:"owner,omitempty"` // the process that makes and keeps it

	Asked time.Time `json:"asked"`
	Began time.Time `json:"began,omitzero"`
	Was   time.Time `json:"ready_at,omitzero"` // when it was ready first
	Ends  time.Time `json:"ends"`
	Told  time.Time `json:"told,omitzero"` // when it was told that it ends soon
	Ended time.Time `json:"ended,omitzero"`

	StoppedBy prentice.Ref `json:"stopped_by,omitempty"`

	Spec     Spec   `json:"spec"`
	Services []Seen `json:"services,omitempty"`

	revision int64
}

// Ref names it.
func (e Environment) Ref() prentice.Ref { return prentice.NewRef("env", e.ID) }

// Of names the repository that it is made from; "" is none.
func (e Environment) Of() prentice.Ref {
	if e.Repository == "" {
		return ""
	}
	return prentice.NewRef("repository", e.Repository)
}

// Live says whether anything of it may be there, or will be.
func (e Environment) Live() bool { return e.Stage != Stopped }

// Refs are what it is about.
func (e Environment) Refs() []prentice.Ref {
	refs := []prentice.Ref{e.Ref()}
	if e.Change > 0 {
		refs = append(refs, prentice.NewRef("change", fmt.Sprint(e.Change)))
	}
	if of := e.Of(); of != "" {
		refs = append(refs, of)
	}
	return refs
}

// Turn brings it to another stage, and refuses one that cannot follow.
func (e *Environment) Turn(to Stage, now time.Time, says string) error {
	for _, can := range follows[e.Stage] {
		if can != to {
			continue
		}
		e.Stage, e.Says = to, says
		switch to {
		case Making:
			if e.Began.IsZero() {
				e.Began = now
			}
		case Ready:
			if e.Was.IsZero() {
				e.Was = now
			}
		case Stopped:
			e.Ended, e.Services = now, over(e.Services)
		}
		return nil
	}
	return prentice.Errorf(prentice.Conflict, "%s is %s and cannot become %s", e.Ref(), e.Stage, to).Try("look at it: prentice env show %s", e.ID)
}

// over are services whose environment was stopped: those that ran do not, and those that
// ended before stay as they ended.
func over(services []Seen) []Seen {
	list := slices.Clone(services)
	for i, s := range list {
		if s.State != Done && s.State != Gone {
			list[i].State, list[i].Says = Over, ""
		}
	}
	return list
}

// Seen is how a service was when it was last looked at.
type Seen struct {
	Service  string    `json:"service"`
	State    Standing  `json:"state"`
	Says     string    `json:"says,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Restarts int       `json:"restarts,omitempty"`
	Version  string    `json:"version,omitempty"`
	Done     bool      `json:"done,omitempty"` // it was to end, and did, with code 0: it is never begun again
}

// Standing is how a service is, in a word.
type Standing string

// The words.
const (
	Waiting  Standing = "waiting"  // it was not begun: it waits for others
	Starting Standing = "starting" // it runs, and is not healthy yet
	Running  Standing = "running"  // it runs, and no one asks whether it is healthy
	Well     Standing = "healthy"
	Unwell   Standing = "unhealthy"
	Done     Standing = "done"    // it ended, as it was to
	Gone     Standing = "ended"   // it ended and was not to
	Over     Standing = "stopped" // its environment was stopped
)
