package leak

import "github.com/BurntSushi/toml"

// Settings are what a repository says about the search, in files as gitleaks has them:
// its .gitleaks.toml, and those that this one extends, nearest first.
type Settings struct {
	Files []SettingsFile `json:"files,omitempty"`
}

// SettingsFile is one of them.
type SettingsFile struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// MostSettings is how long one file of settings may be, in bytes; mostExtended how many
// files may extend each other.
const (
	MostSettings = 1 << 20
	mostExtended = 2
)

// Advice is about a part of the settings that does nothing, or less than one may think.
type Advice struct {
	Path string
	Line int
	Says string
}

// The shape of the file. Names are read in any case, as gitleaks reads them.
type (
	fileOf struct {
		Title, Description, MinVersion string
		Extend                         struct {
			Path, URL     string
			UseDefault    bool
			DisabledRules []string
		}
		Rules      []ruleOf
		AllowList  *allowOf
		Allowlists []*allowOf
	}
	ruleOf struct {
		ID, Description, Path, Regex string
		SecretGroup                  int
		Entropy                      float64
		Keywords, Tags               []string
		AllowList                    *allowOf
		Allowlists                   []*allowOf
		Required                     []struct {
			ID                         string
			WithinLines, WithinColumns *int
		}
		SkipReport bool
	}
	allowOf struct {
		TargetRules, Commits, Paths, Regexes, StopWords []string
		Description, Condition, RegexTarget             string
	}
)

// Extends is the file that a file of settings goes on from, or "".
func Extends(text string) string {
	var f fileOf
	if _, err := toml.Decode(text, &f); err != nil {
		return ""
	}
	return f.Extend.Path
}
