package build

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/release"
)

// byHand remembers which runs need no more looks: all up to a number of each procedure, and
// some beyond it. What it does not remember is looked at again, which changes nothing.
type byHand struct {
	sync.Mutex
	until  map[string]int64
	beyond map[int64]bool
	said   map[int64]string // why one cannot be looked at, as it was logged
}

// deploys are the procedures that bring something to a place, each with the services of
// which the team's file says so.
func (k *Desk) deploys() map[string][]string {
	rules := k.rules()
	if rules == nil || k.Catalog() == nil {
		return nil
	}
	all := map[string][]string{}
	for _, s := range k.Catalog().Services {
		name := s.Ref.Name()
		for _, p := range rules.Places {
			if of := rules.Way(name, p.Name).Procedure; !slices.Contains(all[of], name) {
				all[of] = append(all[of], name)
			}
		}
	}
	return all
}

// adopt makes deployments of runs of such procedures that someone started by hand: what they
// did to a place is as true as what a release did. One that cannot be looked at is looked at
// again, and holds up no other and no deployment.
func (k *Desk) adopt(ctx context.Context) error {
	k.byHand.Lock()
	defer k.byHand.Unlock()
	if k.byHand.until == nil {
		k.byHand.until, k.byHand.beyond, k.byHand.said = map[string]int64{}, map[int64]bool{}, map[int64]string{}
	}
	for procedure, services := range k.deploys() {
		if _, err := k.Runs.Inputs(procedure); err != nil { // there is none
			continue
		}
		runs, err := k.Runs.After(ctx, procedure, k.byHand.until[procedure])
		if err != nil {
			return err
		}
		all := true
		for _, r := range slices.Backward(runs) { // the oldest first
			done := k.byHand.beyond[r.Number]
			if !done {
				if done, err = k.adoptOne(ctx, procedure, services, r); err != nil {
					done = false
					k.cannotAdopt(ctx, r, err)
				}
			}
			if all = all && done; all {
				k.byHand.until[procedure] = r.Number
				delete(k.byHand.beyond, r.Number)
			} else if done {
				k.byHand.beyond[r.Number] = true
			}
		}
	}
	return nil
}

// cannotAdopt logs once why a run cannot be looked at.
func (k *Desk) cannotAdopt(ctx context.Context, r prentice.Run, err error) {
	if ctx.Err() == nil && k.byHand.said[r.Number] != err.Error() {
		k.byHand.said[r.Number] = err.Error()
		k.Log.Error("a run by hand is in no list of deployments", "run", r.Number, "err", err)
	}
}

// adoptOne says whether a run needs no more looks.
func (k *Desk) adoptOne(ctx context.Context, procedure string, services []string, r prentice.Run) (done bool, err error) {
	switch asker, err := k.asker(ctx, r); {
	case err != nil:
		return false, err
	case asker.Run == r.Number:
		return true, nil
	case asker.Run == 0 && asker.Open(): // it is about to say that this is its run
		return false, nil
	}
	if r.Started.IsZero() { // what never acts is no deployment
		return r.State.Ended(), nil
	}
	given, err := k.Runs.Given(ctx, r.Number)
	if err != nil {
		return false, err
	}
	service, place := k.goesTo(procedure, services, given)
	if place == "" {
		return true, nil
	}
	d, err := k.handmade(ctx, r, service, place, given)
	if err != nil {
		return false, err
	}
	return k.Releases.Adopt(ctx, k.Clock(), d)
}

// asker is the deployment that a run says it is asked for by. The reason of a run is anyone's
// to write, so that the deployment must say the same. One that is none has ended.
func (k *Desk) asker(ctx context.Context, r prentice.Run) (release.Deployment, error) {
	none := release.Deployment{Ended: r.Created}
	name, _, found := strings.Cut(strings.TrimPrefix(r.Reason, "deployment/"), ":")
	number, err := strconv.ParseInt(name, 10, 64)
	if !found || err != nil {
		return none, nil
	}
	d, err := k.Releases.Deployment(ctx, number)
	if prentice.KindOf(err) == prentice.NotFound || err == nil && d.ByHand {
		return none, nil
	}
	return d, err
}

// goesTo is what a run brings where, by its inputs or because there is one service and one
// place alone; "" is that it is no place of the team's file.
func (k *Desk) goesTo(procedure string, services []string, given map[string]string) (service, place string) {
	if service = strings.TrimPrefix(given["service"], "service/"); service == "" && len(services) == 1 {
		service = services[0]
	}
	if !slices.Contains(services, service) {
		return "", ""
	}
	rules := k.rules()
	var places []string
	for _, p := range rules.Places {
		if rules.Way(service, p.Name).Procedure == procedure {
			places = append(places, p.Name)
		}
	}
	if place = given["place"]; place == "" && len(places) == 1 {
		place = places[0]
	}
	if !slices.Contains(places, place) {
		return "", ""
	}
	return service, place
}

// handmade is the deployment of a run. It is of a release where its bytes are, and not where
// it only calls itself by its version.
func (k *Desk) handmade(ctx context.Context, r prentice.Run, service, place string, given map[string]string) (d release.Deployment, err error) {
	d = release.Deployment{Service: service, Place: place, Version: given["version"], Digest: digestIn(given), Procedure: r.Procedure, Run: r.Number, By: r.Requester, Reason: r.Reason, Asked: r.Created.UTC(), Brings: []release.Change{}}
	if release.CheckVersion(d.Version) != nil {
		d.Version = ""
	}
	a := &asked{place: place, rules: k.rules()}
	if a.all, err = k.Releases.Releases(ctx, service, most); err != nil {
		return d, err
	}
	past, err := k.Releases.Deployments(ctx, release.Filter{Service: service})
	if err != nil {
		return d, err
	}
	a.past = newestFirst(slices.DeleteFunc(past, func(p release.Deployment) bool { return p.Open() || p.Ended.After(r.Started) }))
	i := slices.IndexFunc(a.all, func(one release.Release) bool {
		return (d.Version == one.Version || d.Version == "" && d.Digest != "") && (d.Digest == one.Artifacts[0] || d.Digest == "")
	})
	if i < 0 && slices.ContainsFunc(a.all, func(one release.Release) bool { return d.Version == one.Version }) {
		d.Version = "" // it is called so, and is not it
	}
	if i >= 0 {
		a.Release = a.all[i]
		d.Release, d.Version = a.Number, a.Version
		a.brings(&d)
	} else {
		d.Unknown = fmt.Sprintf("%s was started by hand with what is no release", r.Ref())
		if last := a.last(); last != nil {
			d.Before = last.Version
		}
	}
	if o, ended := release.OutcomeOf(r); ended {
		d.Outcome, d.Began, d.Ended, d.Says = o, r.Started.UTC(), r.Ended.UTC(), r.Says
	}
	return d, nil
}

// digestIn is the digest that a run was given, bare or as that of an image.
func digestIn(given map[string]string) string {
	for _, name := range []string{"digest", "image", "artifact"} {
		if i := strings.LastIndex(given[name], "sha256:"); i >= 0 {
			return given[name][i:]
		}
	}
	return ""
}

// newestFirst are deployments by when they ended, those that go on first.
func newestFirst(list []release.Deployment) []release.Deployment {
	list = release.InOrder(list)
	slices.Reverse(list)
	return list
}
