package draft

import (
	"fmt"
	"strconv"
	"strings"

	"prentice/internal/kit/term"
)

// plan is a check as it will be drafted.
type plan struct {
	name, summary  string
	file           string // where it comes from
	line           int
	prose          []string
	left           []string // what was left out, and why
	needs, network []string
	cache, image   string
	services       []beside
	junit, cover   string
	timeout        string
	steps          []step
}

// step is one block of it.
type step struct {
	name, shell, body string
}

func (p plan) from() string {
	if p.line > 1 {
		return fmt.Sprintf("%s:%d", p.file, p.line)
	}
	return p.file
}

// text is the file.
func (p plan) text() string {
	var b strings.Builder
	p.summary = oneLine(p.summary)
	fmt.Fprintf(&b, "---\ncheck: %s\nsummary: %s\n", p.name, quoted(p.summary))
	list := func(key string, words []string) {
		if len(words) > 0 {
			fmt.Fprintf(&b, "%s: [%s]\n", key, strings.Join(each(words, quoted), ", "))
		}
	}
	list("needs", p.needs)
	list("network", p.network)
	if len(p.services) > 0 {
		b.WriteString("services:\n")
	}
	for _, s := range p.services {
		b.WriteString(s.text())
	}
	if p.image != "" {
		fmt.Fprintf(&b, "image: %s\n", quoted(p.image))
	}
	if p.cache != "" {
		fmt.Fprintf(&b, "cache: [%s]\n", quoted(p.cache))
	}
	if reports := p.reports(); reports != "" {
		fmt.Fprintf(&b, "reports: {%s}\n", reports)
	}
	if p.timeout != "" {
		fmt.Fprintf(&b, "timeout: %s\n", p.timeout)
	}
	fmt.Fprintf(&b, "---\n\n# %s\n\nDrafted from %s. Look at it, change what is wrong, and take out this sentence.\n", prose(p.summary), inCode(p.from()))
	for _, line := range p.prose {
		fmt.Fprintf(&b, "\n%s\n", line)
	}
	if len(p.left) > 0 {
		b.WriteString("\nNot in this draft:\n\n")
		for _, why := range p.left {
			fmt.Fprintf(&b, "- %s\n", prose(why))
		}
	}
	for _, s := range p.steps {
		fence := "```"
		for strings.Contains(s.body, fence) {
			fence += "`"
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s%s\n%s\n%s\n", heading(s.name), fence, s.shell, strings.Trim(s.body, "\n"), fence)
	}
	return b.String()
}

func (p plan) reports() string {
	var parts []string
	if p.junit != "" {
		parts = append(parts, "junit: "+quoted(p.junit))
	}
	if p.cover != "" {
		parts = append(parts, "coverage: "+quoted(p.cover))
	}
	return strings.Join(parts, ", ")
}

func each(list []string, do func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = do(s)
	}
	return out
}

// quoted is a text as YAML reads it: as it is where it is a plain word.
func quoted(s string) string {
	for i := range len(s) {
		if c := s[i]; c != '-' && c != '.' && c != '/' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c != ' ' || i == 0 || i == len(s)-1) {
			return strconv.QuoteToASCII(s)
		}
	}
	if s == "" || s[0] < 'A' || strings.ContainsAny(s[:1], "nNyYtTfFoO~") && len(s) < 6 {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// oneLine is a text of others on one line, without what steers a terminal.
func oneLine(s string) string {
	return strings.Join(strings.Fields(term.Line(strings.ToValidUTF8(s, "?"))), " ")
}

// prose is a text of others on one line of a document, where it means nothing to its reader.
func prose(s string) string {
	return strings.NewReplacer("\\", "\\\\", "`", "'", "*", "\\*", "_", "\\_", "[", "\\[", "<", "\\<", "#", "\\#").Replace(oneLine(s))
}

// heading is a text of others as the name of a step, which is read as it is written.
func heading(s string) string {
	s = strings.NewReplacer("\\", "", "`", "'", "*", "", "[", "(", "]", ")", "<", "(", ">", ")").Replace(oneLine(s))
	if s = strings.Trim(s, "# "); s == "" {
		return "step"
	}
	return s
}

func inCode(s string) string {
	return "`" + strings.ReplaceAll(oneLine(s), "`", "'") + "`"
}
