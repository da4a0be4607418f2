package automation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/run"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// The bounds of a history: commits that are read, and runs that are looked through.
const (
	mostCommits = 100
	mostRan     = 500
	mostShown   = 5 // runs that a version names
)

// HistoryIn names a procedure.
type HistoryIn struct {
	Name string `json:"name" arg:"1" maxLength:"120" example:"restart-service" doc:"The procedure."`
}

// Version is one text of a procedure: who committed it, and which runs carried it out.
type Version struct {
	Digest  string            `json:"digest"`
	Commit  *procedure.Commit `json:"commit,omitempty"` // nil when git does not have it
	InForce bool              `json:"in_force,omitempty"`
	Runs    int               `json:"runs"`             // of the newest runs that were looked through
	Newest  []prentice.Ref    `json:"newest,omitempty"` // of these, a few
}

// Histories is the versions of a procedure, newest first.
type Histories struct {
	Procedure string    `json:"procedure"`
	Versions  []Version `json:"versions"`
	NoGit     string    `json:"no_git,omitempty"` // why no commit is named
}

// Text is two lines for each version.
func (h Histories) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", h.Procedure)
	for _, v := range h.Versions {
		line := "not in git  " + shortDigest(v.Digest)
		if v.Commit != nil {
			line = fmt.Sprintf("%s  %s  %s: %s", v.Commit.Short(), v.Commit.Time.UTC().Format("2006-01-02 15:04 UTC"), v.Commit.Author, v.Commit.Subject)
		}
		sign := "  "
		if v.InForce {
			sign, line = "● ", line+" (in force)"
		}
		fmt.Fprintf(&b, "%s%s\n      runs: %s\n", sign, line, v.RunsText())
	}
	if h.NoGit != "" {
		fmt.Fprintf(&b, "\nNo commits are named: %s\n", h.NoGit)
	}
	return b.String()
}

// Named is a version that can be compared with others: what to ask for it, and what
// people call it.
type Named struct{ Ask, Called string }

// Compared are the versions that can be compared: those that git has, and the one in force.
func (h Histories) Compared() (list []Named) {
	for _, v := range h.Versions {
		switch {
		case v.InForce && v.Commit == nil:
			list = append(list, Named{h.Procedure, "in force, not in git"})
		case v.Commit != nil:
			called := v.Commit.Short() + " " + clip.Text(v.Commit.Subject)
			if v.InForce {
				called = "in force: " + called
			}
			list = append(list, Named{h.Procedure + "@" + v.Commit.Short(), called})
		}
	}
	return list
}

// RunsText is how many runs a version had, with the newest.
func (v Version) RunsText() string {
	if v.Runs == 0 {
		return "none"
	}
	names := make([]string, len(v.Newest))
	for i, r := range v.Newest {
		names[i] = string(r)
	}
	if v.More() > 0 {
		names = append(names, fmt.Sprintf("%d more", v.More()))
	}
	return strings.Join(names, ", ")
}

// More is how many runs it had beside those that it names.
func (v Version) More() int { return v.Runs - len(v.Newest) }

func shortDigest(d string) string {
	hex := strings.TrimPrefix(d, "sha256:")
	return hex[:min(12, len(hex))]
}

func historyOp(d Deps) op.Op {
	return op.New("procedure.history", prentice.Look, prentice.Viewer, "Show the versions of a procedure: who changed it, and which runs carried out which", d.history).
		WithExample("prentice procedure history restart-service").FromFiles().WithHelp(
		"A version is what the procedure's file and those that it uses said. Commits are those of the team folder's git that changed one of them; a version that ran and is in no commit is listed without one. " +
			"Compare two with: prentice procedure diff NAME@COMMIT NAME@COMMIT")
}

func (d Deps) history(ctx context.Context, _ op.Call, in HistoryIn) (Histories, error) {
	p, known := find(d.library(), strings.TrimPrefix(in.Name, "procedure/"))
	if !known {
		_, err := d.library().Find(in.Name)
		return Histories{}, err
	}
	out := Histories{Procedure: p.Name}
	if d.Files != nil {
		versions, now, err := d.committedVersions(ctx, p)
		switch kind := prentice.KindOf(err); {
		case err != nil && kind != prentice.NotFound && kind != prentice.Unavailable:
			return out, err
		case err != nil:
			out.NoGit = err.Error()
		}
		out.Versions = inForce(versions, now)
	}
	if d.Ran != nil {
		ran, err := d.Ran(ctx, p.Name, mostRan)
		if err != nil {
			return out, err
		}
		out.Versions = withRuns(out.Versions, ran)
	}
	if out.Versions == nil {
		out.Versions = []Version{}
	}
	return out, nil
}

// committedVersions are those that git knows, newest first, and the version in force.
func (d Deps) committedVersions(ctx context.Context, p prentice.Procedure) (versions []Version, now string, err error) {
	names := d.Files(p.Name)
	files := make([]procedure.File, len(names))
	for _, k := range d.library().Known() {
		if i := slices.Index(names, k.File); i >= 0 {
			files[i] = procedure.File{Name: k.File, Text: []byte(k.Text)}
		}
	}
	now = procedure.VersionOf(files)
	if d.History == nil {
		return nil, now, unavailable("the history of the team folder")
	}
	commits, err := d.History.Commits(ctx, names, mostCommits)
	if err != nil || len(commits) == 0 {
		return nil, now, err
	}
	at := make([]procedure.FileAt, 0, len(commits)*len(names))
	for _, c := range commits {
		for _, name := range names {
			at = append(at, procedure.FileAt{Commit: c.ID, File: name})
		}
	}
	texts, err := d.History.Texts(ctx, at)
	if err != nil {
		return nil, now, err
	}
	for i, c := range commits {
		then := make([]procedure.File, len(names))
		for j, name := range names {
			then[j] = procedure.File{Name: name, Text: texts[i*len(names)+j]}
		}
		if then[0].Text != nil { // it was removed in that commit, or did not exist yet
			versions = append(versions, Version{Digest: procedure.VersionOf(then), Commit: &c})
		}
	}
	return versions, now, nil
}

// inForce marks the version in force, which may be in no commit.
func inForce(versions []Version, now string) []Version {
	i := slices.IndexFunc(versions, func(v Version) bool { return v.Digest == now })
	if i < 0 {
		return append([]Version{{Digest: now, InForce: true}}, versions...)
	}
	versions[i].InForce = true
	return versions
}

// withRuns gives each run to the version that it carried out: of several with the same
// text to the newest that was there when it was asked for.
func withRuns(versions []Version, ran []run.Ran) []Version {
	for _, r := range ran {
		i := carried(versions, r)
		if i < 0 {
			versions = append(versions, Version{Digest: r.Digest})
			i = len(versions) - 1
		}
		v := &versions[i]
		if v.Runs++; v.Runs <= mostShown {
			v.Newest = append(v.Newest, prentice.Ref(fmt.Sprintf("run/%d", r.Number)))
		}
	}
	return versions
}

func carried(versions []Version, r run.Ran) int {
	oldest := -1
	for i, v := range versions {
		if v.Digest != r.Digest {
			continue
		}
		if v.Commit == nil || !v.Commit.Time.After(r.Asked.Add(time.Minute)) { // clocks differ
			return i
		}
		oldest = i
	}
	return oldest
}

var (
	_ op.Texter = Histories{}
)
