package boot

import (
	"context"
	"crypto/sha1" //nolint:gosec // it tells names apart, as healthchecks does, and hides nothing
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/heartbeat"
	face "prentice/internal/face/heartbeat"
	"prentice/internal/skill/support"
)

// checksOf gives the management of jobs to the door.
type checksOf struct {
	s    *System
	door support.Through
}

// Who implements face.Checks.
func (c checksOf) Who(r *http.Request) (prentice.Actor, error) { return c.s.authenticate(r) }

// List implements face.Checks.
func (c checksOf) List(ctx context.Context, by prentice.Actor) ([]face.Check, error) {
	jobs, err := c.door.Jobs(ctx, by)
	list := []face.Check{}
	for _, j := range jobs {
		list = append(list, checkOf(j))
	}
	return list, err
}

// checkStates are the words of healthchecks.
var checkStates = map[heartbeat.State]string{heartbeat.Late: "grace", heartbeat.Running: "up"}

func checkOf(j support.Job) face.Check {
	sum := sha1.Sum([]byte("heartbeat " + j.Name)) //nolint:gosec // as above
	out := face.Check{Name: j.Name, Slug: j.Name, Tags: strings.Join(j.Tags, " "), Desc: j.About, Grace: int64(j.Grace / time.Second), Status: string(j.State), Started: j.Open > 0,
		LastPing: timeOf(j.Last), NextPing: timeOf(j.Due), Resume: j.Resume, Key: hex.EncodeToString(sum[:]), Timeout: int64(j.Every / time.Second), Schedule: j.Schedule, Zone: j.Zone}
	if word := checkStates[j.State]; word != "" {
		out.Status = word
	}
	if out.Schedule != "" && out.Zone == "" {
		out.Zone = "UTC"
	}
	if j.PostOnly {
		out.Methods = http.MethodPost
	}
	return out
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wantedBy(name string, s face.Spec) (support.JobWanted, error) {
	w := support.JobWanted{Name: name, Schedule: s.Schedule, Zone: s.Zone, About: s.Desc, Resume: s.Resume}
	for field, to := range map[*int64]**time.Duration{s.Timeout: &w.Every, s.Grace: &w.Grace} {
		if field == nil {
			continue
		}
		if *field < 60 || *field > 31_536_000 {
			return w, prentice.Errorf(prentice.Invalid, "json validation error: timeout or grace is %d", *field).Try("send seconds from 60 to 31536000")
		}
		d := time.Duration(*field) * time.Second
		*to = &d
	}
	if s.Tags != nil {
		w.Tags = slices.DeleteFunc(strings.Fields(*s.Tags), func(tag string) bool { return tag == "" })
	}
	if s.Methods != nil {
		is := *s.Methods == http.MethodPost
		w.PostOnly = &is
	}
	if s.Schedule != nil {
		w.Every = nil // a schedule counts, as there
	}
	return w, nil
}

// Create implements face.Checks.
func (c checksOf) Create(ctx context.Context, by prentice.Actor, s face.Spec) (uuid, address string, err error) {
	w, err := wantedBy(s.Called(), s)
	if err != nil {
		return "", "", err
	}
	k, err := c.door.CreateJob(ctx, by, w)
	return k.Key, k.URL, err
}

// Update implements face.Checks.
func (c checksOf) Update(ctx context.Context, by prentice.Actor, name string, s face.Spec) error {
	w, err := wantedBy(name, s)
	if err != nil {
		return err
	}
	return c.door.UpdateJob(ctx, by, w)
}

// Do implements face.Checks.
func (c checksOf) Do(ctx context.Context, by prentice.Actor, what, name string) error {
	return c.door.DoJob(ctx, by, what, name)
}

// Named implements face.Checks.
func (c checksOf) Named(ctx context.Context, key string) (string, error) {
	return c.s.jobs.Named(ctx, key)
}

var _ face.Checks = checksOf{}
