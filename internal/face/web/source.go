package web

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"prentice/internal/kit/render"
)

// The bounds of a file that is shown.
const (
	longestLine = 2000
	mostLines   = 30_000
)

// sourceOf is the rows of lines of a file, from one of a number on. A long line is cut, and
// says so.
func sourceOf(p *paint, text string, from int) template.HTML {
	var b strings.Builder
	n := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if n++; n > mostLines {
			b.WriteString(`<tr><td class="n"></td><td class="quiet">The lines after it are not shown.</td></tr>`)
			break
		}
		number := strconv.Itoa(from + n - 1)
		b.WriteString(`<tr id="L` + number + `"><td class="n" data-n="` + number + `"></td><td>`)
		rest := ""
		if cut, is := strings.CutSuffix(line, "\r"); is {
			line, rest = cut, " ␍"
		}
		if len(line) > longestLine {
			rest = fmt.Sprintf(" … %d bytes more", len(line)-longestLine)
			line = strings.ToValidUTF8(line[:longestLine], "\uFFFD")
		}
		writePart(&b, line, 0, len(line), p.next(1, line))
		if rest != "" {
			b.WriteString(`<span class="quiet">` + rest + `</span>`)
		}
		b.WriteString("</td></tr>\n")
	}
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped
}

// readmeOf is a document of a repository. What it links to without saying where is in the
// repository; page is the address of a file there, to which its path is added.
func (s *Site) readmeOf(text, folder, page string) template.HTML {
	return template.HTML(render.Linked(text, func(to string) string { //nolint:gosec // sanitised by render
		u, err := url.Parse(to)
		if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
			return to
		}
		path := u.Path
		if !strings.HasPrefix(path, "/") {
			path = folder + "/" + path
		}
		at, err := url.Parse(s.at(page))
		if err != nil {
			return to
		}
		q := at.Query()
		q.Set("path", clean(path))
		at.RawQuery, at.Fragment = q.Encode(), u.Fragment
		return at.String()
	}))
}

// clean is a path without parts that lead up, which end at the top.
func clean(path string) string {
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		switch part {
		case "", ".":
		case "..":
			parts = parts[:max(0, len(parts)-1)]
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/")
}
