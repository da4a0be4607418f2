package starter

import (
	"regexp"
	"strings"
	"time"

	"prentice"
)

// As is what a team says of a procedure that it takes over.
type As struct {
	Name     string
	Owner    string // such as group:platform; with "" no one owns it, and lint says so
	ReviewBy string // the day of the next review
	Version  string // of the program
}

// Kept is where the text of the library that a procedure was made of is kept, below the
// team folder: it is not read as a procedure, and the next upgrade needs it.
func Kept(digest string) string {
	return "procedures/.library/" + strings.TrimPrefix(digest, "sha256:") + ".md"
}

// reviewAfter is when someone should look at a procedure that was taken over.
const reviewAfter = 6 // months

// Review is the day for the first review of what is taken over now.
func Review(now time.Time) string { return now.AddDate(0, reviewAfter, 0).Format(time.DateOnly) }

// As is the template as a team's own procedure.
func (t Template) As(as As) string { return withOrigin(t.own(as), t.origin(as.Version)) }

// own is the template with what a team says of it, and without its origin.
func (t Template) own(as As) string {
	text := set(t.Text, "procedure", as.Name)
	text = set(text, "review_by", as.ReviewBy)
	return set(text, "owner", as.Owner)
}

func (t Template) origin(version string) prentice.Origin {
	return prentice.Origin{Library: t.Name, Version: notInName.ReplaceAllString(version, "-"), Digest: t.Digest}
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9._:@-]+`)

// ending is the mark after the front matter.
const ending = "\n---\n"

// set gives a key at the top of the front matter another value, or takes it out.
func set(text, key, value string) string {
	front, rest, _ := strings.Cut(text, ending)
	to := "\n" + key + ": " + value
	if value == "" {
		to = ""
	}
	return regexp.MustCompile(`\n`+key+`: [^\n]*`).ReplaceAllLiteralString(front, to) + ending + rest
}

// withOrigin says at the end of the front matter where a text comes from.
func withOrigin(text string, o prentice.Origin) string {
	front, rest, found := strings.Cut(text, ending)
	if !found {
		return text
	}
	return front + "\norigin: {library: " + o.Library + ", version: " + o.Version + ", digest: \"" + o.Digest + "\"}" + ending + rest
}

// line is the value of a key at the top of the front matter.
func line(text, key string) string {
	front, _, _ := strings.Cut(text, ending)
	_, rest, found := strings.Cut(front, "\n"+key+": ")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(value)
}
