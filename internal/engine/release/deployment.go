package release

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"prentice"
)

// Outcome is how a deployment ended; "" is not yet.
type Outcome string

// The outcomes.
const (
	Deployed  Outcome = "deployed"  // it runs there, and was verified
	Failed    Outcome = "failed"    // it does not run well, and was not put back
	Undone    Outcome = "undone"    // what ran before runs again
	Uncertain Outcome = "uncertain" // no one can tell what runs there: a person looks
	Void      Outcome = "void"      // nothing was begun
)

// Deployment brings a release to a place.
type Deployment struct {
	Number    int64        `json:"number"` // also the fence
	Service   string       `json:"service"`
	Place     string       `json:"place"`
	Version   string       `json:"version"`
	Release   int64        `json:"release"`
	Digest    string       `json:"digest"`
	Before    string       `json:"before,omitempty"` // the version that ran there
	Back      bool         `json:"back,omitempty"`   // it goes back to an earlier release
	Procedure string       `json:"procedure"`
	Run       int64        `json:"run,omitempty"`
	ByHand    bool         `json:"by_hand,omitempty"` // someone started its run, and no one asked whether it may
	By        prentice.Ref `json:"by"`
	Reason    string       `json:"reason,omitempty"`
	Fixes     prentice.Ref `json:"fixes,omitempty"`   // the deployment or the incident that it is because of
	Brings    []Change     `json:"brings"`            // that were not at the place before
	Unknown   string       `json:"unknown,omitempty"` // why it is not known what it brings
	Asked     time.Time    `json:"asked"`
	Began     time.Time    `json:"began,omitzero"` // when its run first acted
	Ended     time.Time    `json:"ended,omitzero"`
	Outcome   Outcome      `json:"outcome,omitempty"`
	Says      string       `json:"says,omitempty"`
	Fault     *Fault       `json:"fault,omitempty"` // what it turned out to have broken
}

// Fault is that a deployment which was verified broke something all the same.
type Fault struct {
	At       time.Time    `json:"at"` // since when
	By       prentice.Ref `json:"by"`
	Reason   string       `json:"reason"`
	Incident prentice.Ref `json:"incident,omitempty"`
}

// What is what it brings, as people say it.
func (d Deployment) What() string {
	if d.Version == "" {
		return d.Service + "@?"
	}
	return Name(d.Service, d.Version)
}

// Ref names the deployment.
func (d Deployment) Ref() prentice.Ref { return prentice.NewRef("deployment", fmt.Sprint(d.Number)) }

// Open says whether it is still going on.
func (d Deployment) Open() bool { return d.Ended.IsZero() }

// Moved says whether it did anything at its place.
func (d Deployment) Moved() bool { return !d.Open() && d.Outcome != Void }

// Broke says whether it has hurt, where that is known.
func (d Deployment) Broke() (broke, known bool) {
	switch {
	case !d.Moved(), d.Outcome == Uncertain:
		return false, false
	case d.Fault != nil, d.Outcome == Failed, d.Outcome == Undone:
		return true, true
	}
	return false, true
}

// OutcomeOf is how a deployment has ended by how its run did; false while it goes on.
func OutcomeOf(r prentice.Run) (o Outcome, ended bool) {
	switch {
	case !r.State.Ended():
		return "", false
	case r.Started.IsZero():
		return Void, true
	case r.State == prentice.Verified:
		return Deployed, true
	case r.State == prentice.Undone:
		return Undone, true
	case r.State == prentice.Failed:
		return Failed, true
	}
	return Uncertain, true
}

// Standing is what is at a place.
type Standing struct {
	Service   string     `json:"service"`
	Place     string     `json:"place"`
	Last      Deployment `json:"last"`             // that moved anything
	Runs      string     `json:"runs,omitempty"`   // the version that runs there; "" is not known
	Digest    string     `json:"digest,omitempty"` // of it
	Since     time.Time  `json:"since,omitzero"`
	Uncertain string     `json:"uncertain,omitempty"` // why no one can tell
}

// StandingsAt are what was where at a moment, by deployments of any order.
func StandingsAt(list []Deployment, at time.Time) (all []Standing) {
	index := map[[2]string]int{}
	for _, d := range InOrder(list) {
		if !d.Moved() || d.Ended.After(at) {
			continue
		}
		key := [2]string{d.Service, d.Place}
		i, there := index[key]
		if !there {
			i = len(all)
			index[key], all = i, append(all, Standing{Service: d.Service, Place: d.Place})
		}
		s := &all[i]
		s.Last = d
		switch d.Outcome {
		case Deployed:
			s.Runs, s.Digest, s.Since, s.Uncertain = d.Version, d.Digest, d.Ended, ""
			if d.Version == "" {
				s.Uncertain = fmt.Sprintf("%s was started by hand, and does not say which version it brought", d.Ref())
			}
		case Failed, Uncertain:
			s.Runs, s.Digest, s.Uncertain = "", "", fmt.Sprintf("%s is %s: %s", d.Ref(), d.Outcome, d.Says)
		}
	}
	return all
}

// InOrder are deployments as they ended, those that go on last. Of one that was started by
// hand the number says only when it was seen.
func InOrder(list []Deployment) []Deployment {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Deployment) int {
		if a.Open() != b.Open() {
			if a.Open() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.Number, b.Number))
	})
	return list
}
