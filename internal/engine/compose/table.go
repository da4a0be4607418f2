package compose

import "strings"

// Table is the table of keys for people, in Markdown.
func Table() string {
	var b strings.Builder
	b.WriteString("| key | what an environment does | why, and what to write instead |\n|---|---|---|\n")
	for _, k := range Keys {
		if k.Verdict == Inside {
			continue
		}
		why := k.Why
		if k.Try != "" {
			why = strings.TrimPrefix(why+"; "+k.Try, "; ")
		}
		b.WriteString("| `" + strings.TrimPrefix(strings.ReplaceAll(k.Key, "*", "NAME"), "services.NAME.") + "` | " + string(k.Verdict) + " | " + strings.ReplaceAll(why, "|", "\\|") + " |\n")
	}
	return b.String()
}
