package heartbeat

import (
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/cron"
	"prentice/internal/kit/span"
)

// Job is a job as it is declared.
type Job struct {
	Name     string        `json:"name"`
	About    string        `json:"about,omitempty"`
	Schedule string        `json:"schedule,omitempty"` // five fields of cron; without it Every counts
	Zone     string        `json:"zone,omitempty"`     // an IANA zone; "" is UTC
	Every    time.Duration `json:"every,omitempty"`
	Grace    time.Duration `json:"grace"`
	Longest  time.Duration `json:"longest,omitempty"` // of a run; 0 is the grace
	Resume   bool          `json:"manual_resume,omitempty"`
	PostOnly bool          `json:"post_only,omitempty"`
	Tags     []string      `json:"tags,omitempty"`
	Service  prentice.Ref  `json:"service,omitempty"`
	Owner    prentice.Ref  `json:"owner,omitempty"`
	Severity string        `json:"severity"`
}

// Ref names it.
func (j Job) Ref() prentice.Ref { return prentice.NewRef("heartbeat", j.Name) }

// The bounds of a job.
const (
	LeastEvery = 5 * time.Second
	MostEvery  = 365 * 24 * time.Hour
	LeastGrace = time.Second
	mostAbout  = 500
	mostTags   = 20
)

// What holds for a job that says nothing else; a job that a ping makes has DefaultEvery.
const (
	DefaultEvery = 24 * time.Hour
	DefaultGrace = time.Hour
	DefaultRank  = "critical"
)

var isName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,99}$`)

// ValidName says whether a job can have a name. It is part of addresses.
func ValidName(name string) bool { return isName.MatchString(name) && prentice.ValidName(name) }

// Checked is the job with what it leaves out filled in, or what is wrong with it.
func (j Job) Checked() (Job, error) {
	if !ValidName(j.Name) {
		return j, invalid("use letters, digits and . _ - in a name", "%q is not a name of a job", clip.Text(j.Name))
	}
	if (j.Schedule == "") == (j.Every == 0) {
		return j, invalid(`say either a schedule, such as "0 3 * * *", or a period, such as 1h`, "%s has a schedule and a period, or neither", j.Name)
	}
	if j.Grace == 0 {
		j.Grace = DefaultGrace
	}
	if j.Severity == "" {
		j.Severity = DefaultRank
	}
	if j.Every != 0 && (j.Every < LeastEvery || j.Every > MostEvery) {
		return j, invalid("say a time from 5s to 365d", "the period is %s", span.String(j.Every))
	}
	if j.Grace < LeastGrace || j.Grace > MostEvery {
		return j, invalid("say a time from 1s to 365d", "the grace is %s", span.String(j.Grace))
	}
	if j.Longest != 0 && (j.Longest < LeastGrace || j.Longest > MostEvery) {
		return j, invalid("say a time from 1s to 365d", "the longest run is %s", span.String(j.Longest))
	}
	if len(j.About) > mostAbout || len(j.Tags) > mostTags || len(strings.Join(j.Tags, " ")) > mostAbout {
		return j, invalid("say less", "what %s is about, or its tags, are longer than %d bytes", j.Name, mostAbout)
	}
	_, err := j.cron()
	return j, err
}

func invalid(hint, format string, args ...any) error {
	return prentice.Errorf(prentice.Invalid, format, args...).Try("%s", hint)
}

// cron is the schedule; nil for a period.
func (j Job) cron() (*cron.Schedule, error) {
	zone, err := cron.Zone(j.Zone)
	if err != nil {
		return nil, invalid("write one such as Europe/Berlin, or leave it out for UTC", "zone %q %w", clip.Text(j.Zone), err)
	}
	if j.Schedule == "" {
		return nil, nil
	}
	s, err := cron.Parse(j.Schedule, zone)
	if err != nil {
		return nil, invalid(`write minute, hour, day of the month, month and day of the week, such as "0 3 * * *"`, "schedule %q %w", clip.Text(j.Schedule), err)
	}
	return s, nil
}

// When is the schedule in words.
func (j Job) When() string {
	if j.Schedule == "" {
		return "every " + span.String(j.Every)
	}
	if j.Zone == "" {
		return j.Schedule + " UTC"
	}
	return j.Schedule + " " + j.Zone
}

// Limit is how long a run may take.
func (j Job) Limit() time.Duration {
	if j.Longest != 0 {
		return j.Longest
	}
	return j.Grace
}

// after is the first slot behind a moment.
func (j Job) after(t time.Time) time.Time {
	s, err := j.cron()
	if err != nil || s == nil {
		return t.Add(max(j.Every, LeastEvery))
	}
	return s.Next(t).UTC()
}
