package web

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
)

// command is a command of ours within a sentence: its noun, perhaps its verb, and
// what it is given. A word in lower case after these is prose again.
var command = regexp.MustCompile(`prentice ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?((?: (?:--[a-z][a-z-]*(?:[ =](?:'[^']*'|[A-Za-z0-9/…]+))?|'[^']*'|[A-Z]{2,}[A-Z…]*|[a-z]+/[A-Za-z0-9._-]*[A-Za-z0-9]|[0-9]+))*)`)

// hint is a sentence that says what to do next, as pages show it: a command that
// only shows something is a link to the page of that, any other is set apart, and
// what concerns the command line alone is left out.
func (s *Site) hint(text string) template.HTML {
	text, _, _ = strings.Cut(render.Plain(text), "; on a command line: ")
	var b strings.Builder
	for {
		m := command.FindStringSubmatchIndex(text)
		if m == nil {
			return template.HTML(b.String() + template.HTMLEscapeString(text)) //nolint:gosec // each part was escaped
		}
		b.WriteString(template.HTMLEscapeString(text[:m[0]]))
		noun, verb, given, end := text[m[2]:m[3]], part(text, m[4], m[5]), part(text, m[6], m[7]), m[1]
		if verb != "" && !s.hasOp(noun+"."+verb) {
			verb, given, end = "", "", m[3] // the noun is all of it, and what follows is prose
		}
		b.WriteString(s.commandLink(noun, verb, strings.TrimSpace(given), text[m[0]:end]))
		text = text[end:]
	}
}

func part(text string, from, to int) string {
	if from < 0 {
		return ""
	}
	return text[from:to]
}

func (s *Site) hasOp(name string) bool { _, ok := s.ops[name]; return ok }

// commandLink is a command as a link to the page that shows the same, or as it is.
func (s *Site) commandLink(noun, verb, given, whole string) string {
	name := strings.TrimSuffix(noun+"."+verb, ".")
	i := slices.IndexFunc(s.pages, func(p *page) bool { return p.Op == name })
	if i >= 0 {
		p := s.pages[i]
		if len(p.names) == 0 && given == "" {
			return s.anchor(strings.TrimSuffix(p.Path, "{$}"), p.Title)
		}
		if len(p.names) == 1 && given != "" && !strings.ContainsAny(given, " '") && !strings.HasPrefix(given, "--") {
			if to := s.placeOf(p, noun, given); to != "" {
				return s.anchor(to, given)
			}
		}
	}
	return "<code>" + template.HTMLEscapeString(whole) + "</code>"
}

// placeOf is the address of the page about one thing, or "" when it names none.
func (s *Site) placeOf(p *page, noun, given string) string {
	ref, err := prentice.ParseRef(given)
	if err != nil {
		ref = prentice.NewRef(noun, given)
	}
	if given == strings.ToUpper(given) && strings.Trim(given, "0123456789") != "" {
		return "" // NAME stands for a name
	}
	before, rest, _ := strings.Cut(p.Path, "{")
	if strings.HasSuffix(rest, "...}") {
		return before + url.PathEscape(ref.Kind()) + "/" + url.PathEscape(ref.Name())
	}
	return before + url.PathEscape(ref.Name())
}

func (s *Site) anchor(to, text string) string {
	return `<a href="` + template.HTMLEscapeString(s.at(to)) + `">` + template.HTMLEscapeString(text) + `</a>`
}
