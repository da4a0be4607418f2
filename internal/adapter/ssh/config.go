package ssh

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// ConfigFile is the team's ssh_config, in the team folder.
const ConfigFile = "ssh_config"

// Config is what a team says of reaching its hosts, in OpenSSH's own format: for
// each word, the first section that fits a host counts. The nil Config says
// nothing.
type Config struct {
	sections []section
	keys     map[string]string // files that hosts name elsewhere, by name
	jumps    map[string]string // and the hosts to jump through
}

type section struct {
	patterns []string
	said     said
	at       prentice.Pos
}

// said is what is said of one host.
type said struct {
	hostName, user, port, jump string
	identities                 []string
}

// words are the words of ssh_config that are read. All others are refused: what
// they would change, prentice would not do.
var words = []string{"Host", "HostName", "User", "Port", "IdentityFile", "ProxyJump"}

// ParseConfig reads an ssh_config strictly.
func ParseConfig(file string, raw []byte) (*Config, []prentice.Finding) {
	c := &Config{sections: []section{{patterns: []string{"*"}}}}
	var findings []prentice.Finding
	number := 0
	for line := range strings.Lines(string(raw)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := prentice.Pos{File: file, Line: number}
		if text, hint := c.line(line, at); text != "" {
			findings = append(findings, prentice.Finding{At: at, Error: true, Text: text, Hint: hint})
		}
	}
	return c, findings
}

// line reads one line, and says what is wrong with it.
func (c *Config) line(line string, at prentice.Pos) (text, hint string) {
	end := strings.IndexAny(line, " \t=")
	if end < 0 {
		end = len(line)
	}
	word, value := line[:end], strings.Trim(line[end:], " \t=")
	known := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, word) })
	if known < 0 {
		hint = "known: " + strings.Join(words, ", ")
		if near := nearest.Of(word, words); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return fmt.Sprintf("%s is not read here", strconv.Quote(word)), hint
	}
	if value == "" {
		return words[known] + " has no value", "give it one, or take the line out"
	}
	if words[known] == "Host" {
		c.sections = append(c.sections, section{patterns: strings.Fields(value), at: at})
		return "", ""
	}
	return c.sections[len(c.sections)-1].said.set(words[known], value)
}

func (s *said) set(word, value string) (text, hint string) {
	bad := fmt.Sprintf("%s %s cannot be used", word, strconv.Quote(value))
	switch word {
	case "HostName":
		if _, _, port, err := split(value); err != nil || port != "" || strings.Contains(value, "@") {
			return bad, "write a name or an address"
		}
		s.hostName = first(s.hostName, value)
	case "User":
		if !validUser.MatchString(value) {
			return bad, "use letters, digits and . _ -, not beginning with - or ."
		}
		s.user = first(s.user, value)
	case "Port":
		if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
			return bad, "write a number up to 65535"
		}
		s.port = first(s.port, value)
	case "IdentityFile":
		s.identities = append(s.identities, value)
	case "ProxyJump":
		if _, _, _, err := split(value); err != nil {
			return bad, "write one host, user@host or host:port; a chain is written as a ProxyJump of the host jumped through"
		}
		s.jump = first(s.jump, value)
	}
	return "", ""
}

// of is what is said of a host by all the sections that fit its name.
func (c *Config) of(name string) said {
	var all said
	if c == nil {
		return all
	}
	if file := c.keys[name]; file != "" {
		all.identities = append(all.identities, file)
	}
	all.jump = c.jumps[name]
	for _, s := range c.sections {
		if !fits(s.patterns, name) {
			continue
		}
		all.hostName, all.user, all.port, all.jump = first(all.hostName, s.said.hostName), first(all.user, s.said.user), first(all.port, s.said.port), first(all.jump, s.said.jump)
		all.identities = append(all.identities, s.said.identities...)
	}
	return all
}

// fits says whether one pattern fits and none that is negated does.
func fits(patterns []string, name string) bool {
	found := false
	for _, p := range patterns {
		p, not := strings.CutPrefix(p, "!")
		if ok, err := path.Match(p, name); err != nil || !ok {
			continue
		}
		if not {
			return false
		}
		found = true
	}
	return found
}
