package standards

import (
	"net/url"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
)

// Printed implements op.Printed.
func (c Checked) Printed() []byte {
	switch c.as {
	case "sarif":
		return c.sarif()
	case "junit":
		return c.junit()
	case "github":
		return c.github()
	case "html":
		return c.html()
	}
	return nil
}

// uri is a path as a relative URI. Bytes that are no text are escaped as they are.
func uri(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(parts[i]), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

// level is how bad a rule that is broken is, in three words that all reports know.
func (r Ruled) level() string {
	switch {
	case r.Blocks && r.Severity == claims.Block:
		return "error"
	case r.Severity == claims.Advise:
		return "note"
	}
	return "warning"
}

// counts says whether a finding is neither old nor waived.
func (f Found) counts() bool { return f.Excuse == check.None }

// broken is a rule that fails and says of no place where.
func (r Ruled) broken() bool { return r.Truth == prentice.Fail && len(r.Findings) == 0 }

// says is the whole message of a finding: what is wrong and what to do.
func (f Found) message() string {
	text := line(f.Says)
	if f.Saw != "" {
		text += ": " + line(f.Saw)
	}
	if f.Remedy != "" {
		text += ". " + line(f.Remedy)
	}
	return text
}

var _ op.Printed = Checked{}
