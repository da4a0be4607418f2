package standards

import (
	"fmt"
	"strings"

	"prentice"
)

// github is the report as commands of a workflow of GitHub, which shows each beside the
// line that it is about.
func (c Checked) github() []byte {
	var b strings.Builder
	command := func(level, title, file string, line, column int, text string) {
		var props []string
		if file != "" {
			props = append(props, "file="+githubProperty(file))
		}
		if line > 0 {
			props = append(props, fmt.Sprintf("line=%d", line))
		}
		if column > 0 {
			props = append(props, fmt.Sprintf("col=%d", column))
		}
		props = append(props, "title="+githubProperty(title))
		fmt.Fprintf(&b, "::%s %s::%s\n", level, strings.Join(props, ","), githubData(text))
	}
	for _, r := range c.Rules {
		level := map[string]string{"error": "error", "warning": "warning", "note": "notice"}[r.level()]
		for _, f := range r.Findings {
			if f.counts() {
				command(level, r.ID, f.Path, f.Line, f.Column, f.message())
			}
		}
		switch {
		case r.broken():
			command(level, r.ID, "", 0, 0, orText(line(r.Reason), r.Says))
		case r.Truth == prentice.NotSeen:
			command("warning", r.ID, "", 0, 0, "unknown: "+line(r.Reason))
		}
	}
	var end strings.Builder
	c.summary(&end)
	for text := range strings.Lines(end.String()) {
		b.WriteString(strings.ReplaceAll(text, "::", ": :"))
	}
	return []byte(b.String())
}

var (
	githubTexts = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProps = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// githubData is a text as a command takes it; what steers a terminal is escaped.
func githubData(s string) string     { return githubTexts.Replace(quiet(s)) }
func githubProperty(s string) string { return githubProps.Replace(quiet(s)) }

// quiet is a text without what steers a terminal: a log of a workflow is one.
func quiet(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r >= 0x80 && !isPlain(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}
