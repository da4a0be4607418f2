// Package listedtest holds a page of the book to what tests try: a section of the page
// lists the names of what a table of a test holds, no more and no less. It writes a page
// only when it is told to, by -redraw.
package listedtest

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var redraw = flag.Bool("redraw", false, "write the lists of the book as the tests have them")

// Section fails unless the section of a page lists these names, in this order.
func Section(t testing.TB, page, heading string, names []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, section, after := part(string(text), heading)
	if section == "" {
		t.Fatalf("%s has no section %q", page, heading)
	}
	prose := strings.Join(slices.DeleteFunc(strings.SplitAfter(section, "\n"), listed), "")
	want := strings.TrimRight(prose, "\n") + "\n\n" + list(names)
	if after != "" {
		want += "\n"
	}
	switch {
	case section == want:
	case *redraw:
		if err := os.WriteFile(page, []byte(before+want+after), 0o644); err != nil { //nolint:gosec // a page is for all to read
			t.Fatal(err)
		}
	default:
		t.Errorf("%s, section %q, does not list what is tried; write it with: go test -run %s . -redraw\n%s", page, heading, t.Name(), section)
	}
}

// Count is how many names all sections of a page list.
func Count(t testing.TB, page string) (n int) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if listed(line) {
			n++
		}
	}
	return n
}

func listed(line string) bool { return strings.HasPrefix(line, "- ") }

func list(names []string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "- %s\n", name)
	}
	return b.String()
}

// part cuts a page before a section and after it.
func part(text, heading string) (before, section, after string) {
	at := strings.Index(text, "\n## "+heading+"\n")
	if at < 0 {
		return text, "", ""
	}
	section = text[at+1:]
	if end := strings.Index(section, "\n## "); end >= 0 {
		section, after = section[:end+1], section[end+1:]
	}
	return text[:at+1], section, after
}
