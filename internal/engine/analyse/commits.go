package analyse

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func commits() []standard.Analyser {
	return []standard.Analyser{
		{Name: "commit-message", Whole: each(message)},
		{Name: "commit-unfinished", Whole: each(unfinished)},
		{Name: "commit-author", Whole: each(author)},
		{Name: "commit-signed", Whole: signed},
		{Name: "change-size", Whole: changeSize},
	}
}

// each asks of every commit that the change brings.
func each(wrong func(c check.Commit) string) func(context.Context, *standard.View) ([]check.Finding, error) {
	return func(_ context.Context, v *standard.View) ([]check.Finding, error) {
		var list []check.Finding
		for _, c := range v.Commits {
			if says := wrong(c); says != "" {
				list = append(list, of(c, says))
			}
		}
		return list, nil
	}
}

func of(c check.Commit, says string) check.Finding {
	subject, _ := standard.Subject(c.Message)
	id := c.ID
	if len(id) > 12 {
		id = id[:12]
	}
	return check.Finding{Says: fmt.Sprintf("commit %s: %s", id, says), Saw: standard.Shown(subject), Key: c.ID + says, Places: []check.Place{{Commit: c.ID}}}
}

// longestSubject is how many characters the first line of a message has at most: more
// is cut off in lists.
const longestSubject = 100

func message(c check.Commit) string {
	subject, rest := standard.Subject(c.Message)
	second, _, _ := strings.Cut(rest, "\n")
	switch n := len([]rune(subject)); {
	case n == 0:
		return "it has no message"
	case n < 8 || !strings.Contains(subject, " "):
		return "its subject says nothing of what changes"
	case n > longestSubject:
		return fmt.Sprintf("its subject has %d characters, at most %d are shown in lists", n, longestSubject)
	case strings.TrimSpace(second) != "":
		return "its subject runs on into the second line, which is to be empty"
	}
	return ""
}

var draftSubject = regexp.MustCompile(`(?i)^(fixup!|squash!|amend!|wip\b|temp\b|tmp\b|do not merge|dnm\b|asdf)`)

func unfinished(c check.Commit) string {
	subject, _ := standard.Subject(c.Message)
	if draftSubject.MatchString(subject) {
		return "it is to be joined with another, or finished, before others build on it"
	}
	return ""
}

var (
	address  = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	machines = regexp.MustCompile(`(?i)^(root|ubuntu|ec2-user|admin|user|you|nobody)$`)
)

func author(c check.Commit) string {
	host := c.Email[strings.LastIndex(c.Email, "@")+1:]
	switch {
	case strings.TrimSpace(c.Author) == "" || machines.MatchString(strings.TrimSpace(c.Author)):
		return "its author is no person, and no bot by name"
	case !address.MatchString(c.Email) || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".localdomain"):
		return fmt.Sprintf("%q is no address where its author can be reached", standard.Shown(c.Email))
	}
	return ""
}

// mostFiles is how many files a change may touch that people are to review.
const mostFiles = 100

func changeSize(_ context.Context, v *standard.View) ([]check.Finding, error) {
	c := v.Change()
	n := 0
	for _, list := range [][]string{c.Added, c.Changed, c.Removed} {
		for _, p := range list {
			if !foreign(p) && !lockFile(p) {
				n++
			}
		}
	}
	if n <= mostFiles {
		return nil, nil
	}
	return []check.Finding{{Says: fmt.Sprintf("the change touches %d files: reviews of more than %d find little", n, mostFiles), Key: "change size"}}, nil
}
