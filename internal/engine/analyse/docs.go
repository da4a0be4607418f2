package analyse

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func docs() []standard.Analyser {
	return []standard.Analyser{
		{Name: "links-hold", Paths: []string{"**/*.md", "**/*.markdown"}, Each: linksHold},
		{Name: "decision-confirmed", Paths: []string{"**/decisions/*.md", "**/adr/*.md", "**/adrs/*.md"}, Each: confirmed},
		{Name: "reviewed", Paths: []string{"**/*.md"}, Each: reviewed},
		{Name: "standards-load", Paths: []string{standard.Folder + "/*.md"}, Each: standardsLoad},
	}
}

var (
	inlineLink = regexp.MustCompile(`\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?(?:\s+["'][^)]*)?\)`)
	refLink    = regexp.MustCompile(`^\s{0,3}\[[^\]]+\]:\s+<?(\S+?)>?(\s|$)`)
	codeSpan   = regexp.MustCompile("`+[^`]*`+")
	heading    = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*\s*$`)
	anchorTag  = regexp.MustCompile(`(?:id|name)="([^"]+)"`)
	tags       = regexp.MustCompile(`<[^>]+>|\]\([^)]*\)`)
)

// prose goes over the lines that are not in a fenced block.
func prose(t *standard.Text, each func(n int, line string)) {
	fence := ""
	for i, line := range t.Lines() {
		trimmed := strings.TrimLeft(line, " >")
		switch {
		case fence != "" && strings.HasPrefix(trimmed, fence):
			fence = ""
		case fence != "":
		case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
		default:
			each(i+1, line)
		}
	}
}

func linksHold(t *standard.Text) []check.Finding {
	if foreign(t.Path) || standard.Below(t.Path, "templates") {
		return nil
	}
	var list []check.Finding
	prose(t, func(n int, line string) {
		if !strings.Contains(line, "](") && !strings.Contains(line, "]:") || len(list) >= 20 {
			return
		}
		line = codeSpan.ReplaceAllString(line, "")
		links := inlineLink.FindAllStringSubmatch(line, -1)
		if m := refLink.FindStringSubmatch(line); m != nil && !strings.HasPrefix(strings.TrimSpace(line), "[^") {
			links = append(links, m)
		}
		for _, m := range links {
			if says := broken(t, m[1]); says != "" {
				f := t.At(n, says)
				f.Key = m[1]
				list = append(list, f)
			}
		}
	})
	return list
}

var scheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:|^//|^/|^[{$<%]|\{\{|\$\{`)

// broken says what is wrong with a link within the repository.
func broken(t *standard.Text, link string) string {
	if scheme.MatchString(link) {
		return ""
	}
	link, anchor, _ := strings.Cut(link, "#")
	link, _, _ = strings.Cut(link, "?")
	to, err := url.PathUnescape(link)
	if err != nil {
		to = link
	}
	at := t.Path
	if to != "" {
		at = path.Join(path.Dir(t.Path), to)
	}
	switch {
	case at == ".." || strings.HasPrefix(at, "../"):
		return "" // of the place where it is shown, such as ../../issues
	case at != "." && !t.View.Has(at) && !t.View.Has(at+".md"):
		return fmt.Sprintf("it leads to %s, which is not there", standard.Shown(to))
	case anchor == "" || !strings.HasSuffix(at, ".md"):
		return ""
	}
	other := t
	if at != t.Path {
		f, found := t.View.File(at)
		if !found || f.Mode == check.Link {
			return ""
		}
		if other, err = t.View.Open(f); err != nil {
			return ""
		}
	}
	if !hasAnchor(other, anchor) {
		return fmt.Sprintf("%s has no part %q", standard.Shown(at), standard.Shown(anchor))
	}
	return ""
}

func hasAnchor(t *standard.Text, anchor string) bool {
	if strings.HasPrefix(anchor, "L") {
		return true // of a line
	}
	anchor, _ = url.PathUnescape(anchor)
	seen := map[string]int{}
	found := false
	prose(t, func(_ int, line string) {
		for _, m := range anchorTag.FindAllStringSubmatch(line, -1) {
			found = found || m[1] == anchor
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			s := slug(m[1])
			if n := seen[s]; n > 0 {
				found = found || fmt.Sprintf("%s-%d", s, n) == anchor
			}
			seen[s]++
			found = found || s == strings.ToLower(anchor)
		} else if trimmed := strings.TrimSpace(line); trimmed != "" {
			found = found || slug(trimmed) == strings.ToLower(anchor) // a heading with a line below it
		}
	})
	return found
}

// slug is a heading as forges name it in addresses.
func slug(title string) string {
	title = tags.ReplaceAllString(title, "")
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

var (
	confirmation = regexp.MustCompile(`(?im)^#{2,4}\s+(confirmation|validation|how (we|it) (know|is checked|will be checked))\b`)
	decision     = regexp.MustCompile(`(?im)^#{1,4}\s+(decision outcome|considered options|context and problem statement)\b`)
	retired      = regexp.MustCompile(`(?im)^\W*status\W+\**\s*(superseded|deprecated|rejected|proposed)`)
)

func confirmed(t *standard.Text) []check.Finding {
	if foreign(t.Path) || !decision.Match(t.Bytes) || retired.Match(t.Bytes) || confirmation.Match(t.Bytes) || strings.EqualFold(t.Base(), "README.md") || strings.Contains(t.Path, "template") {
		return nil
	}
	return []check.Finding{t.Of("it does not say how anyone sees that it is kept: it has no Confirmation")}
}

var reviewDate = regexp.MustCompile(`^(review_by|review_on|expires|review-by|next_review)\s*:\s*["']?(\d{4}-\d{2}-\d{2})`)

func reviewed(t *standard.Text) []check.Finding {
	lines := t.Lines()
	if foreign(t.Path) || strings.TrimSpace(lines[0]) != "---" || t.View.Now.IsZero() {
		return nil
	}
	for i, line := range lines[1:min(len(lines), 60)] {
		if strings.TrimSpace(line) == "---" {
			return nil
		}
		m := reviewDate.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if day, err := time.Parse(time.DateOnly, m[2]); err == nil && t.View.Now.After(day) {
			f := t.At(i+2, "someone was to look at it again by "+m[2])
			f.Remedy = "read it, repair it, and write the next date"
			return []check.Finding{f}
		}
	}
	return nil
}

func standardsLoad(t *standard.Text) []check.Finding {
	_, findings := standard.Read(t.Path, t.Path, t.Bytes, All())
	var list []check.Finding
	for _, f := range findings {
		one := t.At(f.At.Line, standard.Shown(f.Text))
		one.Remedy = f.Hint
		list = append(list, one)
	}
	return list
}
