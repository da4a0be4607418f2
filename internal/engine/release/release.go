package release

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"prentice"
	"prentice/internal/kit/clip"
)

// Migration is what a release does to the data of its service.
type Migration string

// The kinds of migration.
const (
	None         Migration = ""             // it leaves the schema as it is
	Expand       Migration = "expand"       // the version before still works with what it adds
	Contract     Migration = "contract"     // it takes away what the version before needs
	Irreversible Migration = "irreversible" // it changes data so that no one can change them back
)

// Reversible says whether the version before can run on the data that it leaves.
func (m Migration) Reversible() bool { return m == None || m == Expand }

// Release is a version of a service.
type Release struct {
	Number     int64        `json:"number"`
	Service    string       `json:"service"`
	Version    string       `json:"version"`
	Artifacts  []string     `json:"artifacts"` // their digests, the first of which is deployed
	Repository string       `json:"repository"`
	Revision   string       `json:"revision"`
	Before     string       `json:"before,omitempty"`  // the version before it
	Changes    []Change     `json:"changes"`           // that landed since
	Unknown    string       `json:"unknown,omitempty"` // why it is not known what landed since
	Notes      string       `json:"notes"`
	Drafted    bool         `json:"drafted"` // no person has edited the notes
	Migration  Migration    `json:"migration,omitempty"`
	By         prentice.Ref `json:"by"`
	At         time.Time    `json:"at"`
	Locked     time.Time    `json:"locked,omitzero"` // since when it is deployed, and does not change
}

// Change is one that landed.
type Change struct {
	Number int64     `json:"number"`
	Title  string    `json:"title"`
	Commit string    `json:"commit"`
	First  time.Time `json:"first,omitzero"` // when its first patch set came
	Landed time.Time `json:"landed"`
}

// Name is the service and the version, as people say it.
func (r Release) Name() string { return Name(r.Service, r.Version) }

// Name joins a service and a version.
func Name(service, version string) string { return service + "@" + version }

// Ref names the release.
func (r Release) Ref() prentice.Ref { return prentice.NewRef("release", r.Name()) }

// Split takes a name apart: shop@1.2.
func Split(name string) (service, version string, err error) {
	service, version, ok := strings.Cut(strings.TrimPrefix(name, "release/"), "@")
	if !ok {
		return "", "", prentice.Errorf(prentice.Invalid, "%q is no release", clip.Text(name)).Try("name it by its service and version, such as shop@1.2")
	}
	return service, version, CheckVersion(version)
}

// CheckVersion refuses what cannot be a version: it becomes a name of folders on hosts.
func CheckVersion(version string) error {
	if version == "" || len(version) > 60 || strings.Trim(version, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" || strings.Trim(version[:1], "._-") == "" {
		return prentice.Errorf(prentice.Invalid, "%q cannot be a version", clip.Text(version)).Try("use letters, digits and . _ - and begin with a letter or digit, such as 1.4.2 or 2026-11-30.1")
	}
	return nil
}

// groups are how notes are ordered, by the word before the colon of a title.
var groups = []struct {
	head  string
	words []string
}{
	{"New", []string{"feat", "feature", "new", "add"}},
	{"Fixed", []string{"fix", "bug", "bugfix", "hotfix", "revert"}},
	{"Security", []string{"security", "sec"}},
	{"Faster", []string{"perf"}},
}

// Draft writes notes from the titles of changes, for a person to edit.
func Draft(changes []Change) string {
	if len(changes) == 0 {
		return ""
	}
	lines := map[string][]string{}
	for _, c := range changes {
		head, says := "Changed", strings.TrimSpace(strings.Map(printable, c.Title))
		word, rest, found := strings.Cut(says, ":")
		word, _, _ = strings.Cut(strings.ToLower(strings.TrimSuffix(word, "!")), "(")
		for _, g := range groups {
			for _, w := range g.words {
				if found && word == w {
					head, says = g.head, strings.TrimSpace(rest)
				}
			}
		}
		lines[head] = append(lines[head], fmt.Sprintf("- %s (change/%d)\n", clip.Text(says), c.Number))
	}
	var b strings.Builder
	for _, head := range []string{"New", "Changed", "Fixed", "Faster", "Security"} {
		if len(lines[head]) > 0 {
			fmt.Fprintf(&b, "## %s\n%s\n", head, strings.Join(lines[head], ""))
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// printable leaves out what steers a terminal.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}
