package learning

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// Text implements op.Texter: the record as Markdown.
func (r Record) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Learning record of %s\n\nWhat %s did under supervision, by the skills of a junior DevOps engineer. It was made at %s from signed evidence. It says nothing of others and compares no one.\n", r.Whose, r.Whose, stamp(r.Made))
	if r.Cut {
		fmt.Fprintf(&b, "\nOlder acts than the newest %d are left out.\n", mostActs)
	}
	for _, s := range r.Skills {
		s.tell(&b)
	}
	return b.String() + r.verify()
}

func (s SkillActs) tell(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\nThe role has it at the level *%s*: %s\n\n", s.Title, s.Level, s.Asks)
	for _, d := range s.Lessons {
		fmt.Fprintf(b, "- Lesson *%s*: the exercise was done and checked at %s.\n", d.Topic, stamp(d.At))
	}
	if len(s.Lessons) > 0 {
		b.WriteString("\n")
	}
	if len(s.Acts) == 0 {
		fmt.Fprintf(b, "There is no evidence of work yet. A first step: `prentice explain %s --lesson`.\n", s.Topics[0])
		return
	}
	fmt.Fprintf(b, "%s.\n\n| time | way | what | about | outcome | evidence |\n|---|---|---|---|---|---|\n", s.Counted())
	for _, a := range s.Acts {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | line %d, %s |\n", stamp(a.Time), a.Way, a.Says, joinRefs(a.About), a.Outcome, a.Line, a.Hash)
	}
}

// Counted is how often there was which way.
func (s SkillActs) Counted() string {
	var words []string
	for _, way := range ways {
		if n := s.Counts[way]; n > 0 {
			words = append(words, fmt.Sprintf("%s: %d", way, n))
		}
	}
	return strings.Join(words, ", ")
}

// verify says how another person finds out whether a record is true.
func (r Record) verify() string {
	var b strings.Builder
	b.WriteString("\n## How to verify it\n\nEach act names a line of the ledger and its SHA-256. The line, whole and signed, is a file that anyone can verify on any machine, without access to this server:\n\n```sh\nprentice evidence export --from 12 --to 12 > line-12.json\nprentice evidence key > ledger.pub\nprentice evidence verify line-12.json --key ledger.pub\n```\n\nThe last command says which line the file holds, and its hash: it has to be the one that stands here. The file holds the line whole, with the people in it, so ask them before you hand it on.\n")
	if r.Signed.KeyID != "" {
		fmt.Fprintf(&b, "\nThe key of the ledger is `%s`. ", r.Signed.KeyID)
	}
	if r.Signed.Line > 0 {
		fmt.Fprintf(&b, "Its last signature is of %s and covers every line up to %d.", stamp(r.Signed.At), r.Signed.Line)
	}
	return strings.TrimRight(b.String(), " \n") + "\n"
}

// Verify is that part for the page.
func (r Record) Verify() string {
	return strings.Replace(strings.TrimSpace(r.verify()), "## How to verify it\n\n", "", 1)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func joinRefs(refs []prentice.Ref) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// Document is a record as a file.
type Document struct {
	Format   string `json:"format"`
	Document string `json:"document"`
}

// Text implements op.Texter: the file itself.
func (d Document) Text() string { return d.Document }

func (r Record) document(format string) (Document, error) {
	if format != "html" {
		return Document{"markdown", r.Text()}, nil
	}
	var b strings.Builder
	err := sheet.Execute(&b, struct {
		Title string
		Body  template.HTML
	}{"Learning record of " + r.Whose, template.HTML(raised.Replace(render.Markdown(r.Text())))}) //nolint:gosec // sanitised by render
	return Document{"html", b.String()}, err
}

// raised gives headings the level that they have on a page of their own.
var raised = strings.NewReplacer("<h3", "<h1", "</h3>", "</h1>", "<h4", "<h2", "</h4>", "</h2>")

// sheet is a page that needs nothing beside itself and prints well.
var sheet = template.Must(template.New("sheet").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { border-bottom: 1px solid currentColor; padding: .3rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
td:first-child { white-space: nowrap }
pre { overflow-x: auto; padding: .5rem; border: 1px solid currentColor }
@media print { body { max-width: none; margin: 0 } tr, pre { break-inside: avoid } h2 { break-after: avoid } }
@media (max-width: 45rem) { table { display: block; overflow-x: auto } }
</style></head><body>
{{.Body}}</body></html>
`))

var (
	_ op.Texter = Record{}
	_ op.Texter = Document{}
)
