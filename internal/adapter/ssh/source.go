package ssh

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// source is one file of ssh_config, line by line.
type source struct {
	lines []directive
}

// directive is one line: a word in lower case and its arguments. The files that an
// Include names are read at once.
type directive struct {
	word     string
	args     []string
	at       prentice.Pos
	included []*source
}

// bounds of what is read.
const (
	mostConfigBytes = 1 << 20
	mostIncluded    = 200
	deepestInclude  = 16 // as in OpenSSH
)

// reading is a file with what it includes, on the way in.
type reading struct {
	dir      string // the team folder, or "" when only one file is looked over
	findings []prentice.Finding
	files    int
	passed   map[string]*passedOver
	ignored  []string // patterns of words that IgnoreUnknown names
	patterns []string // of the files that are included
}

// passedOver is a word that changes nothing here, in one file.
type passedOver struct {
	at    prentice.Pos
	words []string
}

// followedWords are what is followed; the last argument says how many a line has.
var followedWords = []string{"hostname", "user", "port", "identityfile", "proxyjump", "proxycommand"}

// rawWords take the rest of the line as it stands.
var rawWords = []string{"proxyjump", "proxycommand", "localcommand", "remotecommand", "knownhostscommand"}

// ReadConfig reads the ssh_config of a team folder with what it includes from the
// folder or from ~/.ssh of the user that prentice runs as.
func ReadConfig(dir string, raw []byte) (*Config, []prentice.Finding) {
	r := &reading{dir: dir}
	c := &Config{top: r.parse(ConfigFile, raw, dir, 0), there: findOpenSSH(), patterns: r.patterns}
	return c, append(r.findings, c.look()...)
}

func (r *reading) fail(at prentice.Pos, hint, format string, args ...any) {
	r.findings = append(r.findings, prentice.Finding{At: at, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *reading) advise(at prentice.Pos, hint, format string, args ...any) {
	r.findings = append(r.findings, prentice.Finding{At: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (r *reading) parse(name string, raw []byte, dir string, depth int) *source {
	s := &source{}
	if len(raw) > mostConfigBytes {
		r.fail(prentice.Pos{File: name}, "divide it with Include", "has %d bytes, at most %d are read", len(raw), mostConfigBytes)
		return s
	}
	r.passed = map[string]*passedOver{}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(raw), "\ufeff")) {
		number++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		at := prentice.Pos{File: name, Line: number}
		if d, ok := r.line(line, at); ok {
			if d.word == "include" {
				passed := r.passed
				for _, pattern := range d.args {
					d.included = append(d.included, r.include(pattern, dir, at, depth)...)
				}
				r.passed = passed
			}
			s.lines = append(s.lines, d)
		}
	}
	for _, why := range slices.Sorted(keysOf(r.passed)) {
		p := r.passed[why]
		r.advise(p.at, why, "%s: not used by prentice", strings.Join(p.words, ", "))
	}
	return s
}

// line reads one line. It says whether it is one that counts.
func (r *reading) line(line string, at prentice.Pos) (directive, bool) {
	end := strings.IndexAny(line, " \t=")
	if end < 0 {
		end = len(line)
	}
	shown := line[:end]
	d := directive{word: strings.ToLower(shown), at: at}
	rest := strings.TrimLeft(line[end:], " \t")
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "="))
	if slices.Contains(rawWords, d.word) {
		d.args = []string{rest}
	} else {
		args, ok := arguments(rest)
		if !ok {
			r.fail(at, "close the quote on the same line", "a quote in %s has no end", clip.Text(line))
			return d, false
		}
		d.args = args
	}
	switch {
	case d.word == "ignoreunknown":
		for _, list := range d.args {
			r.ignored = append(r.ignored, strings.Split(strings.ToLower(list), ",")...)
		}
		return d, false
	case !slices.Contains(openSSHWords, d.word) && fits(r.ignored, d.word):
		return d, false
	case !slices.Contains(openSSHWords, d.word):
		hint := "look at ssh_config(5)"
		if near := nearest.Of(d.word, openSSHWords); near != "" {
			hint = fmt.Sprintf("did you mean %q?", proper(near))
		}
		r.fail(at, hint, "OpenSSH has no word %s", strconv.Quote(clip.Text(shown)))
		return d, false
	case len(d.args) == 0 || d.args[0] == "":
		r.fail(at, "give it one, or take the line out", "%s has no value", shown)
		return d, false
	case d.word == "host" || d.word == "include":
		return d, true
	case d.word == "match":
		r.match(&d)
		return d, true
	case !slices.Contains(followedWords, d.word):
		r.pass(d.word, shown, at)
		return d, false
	}
	return d, r.followed(d)
}

// followed looks at what a word that is followed is set to, which OpenSSH would
// refuse for every host.
func (r *reading) followed(d directive) bool {
	if n, err := strconv.ParseUint(d.args[0], 10, 16); d.word == "port" && (err != nil || n == 0) {
		r.fail(d.at, "write a number up to 65535", "Port %s cannot be used", strconv.Quote(clip.Text(d.args[0])))
		return false
	}
	if len(d.args) > 1 {
		r.fail(d.at, "put it in quotes if it has spaces, or take the rest out", "%s has more than one value: %s", proper(d.word), strconv.Quote(clip.Text(strings.Join(d.args, " "))))
		return false
	}
	return true
}

// match says what of a Match line cannot be worked out here.
func (r *reading) match(d *directive) {
	for i := 0; i < len(d.args); i++ {
		word := strings.ToLower(strings.TrimPrefix(d.args[i], "!"))
		if slices.Contains([]string{"all", "canonical", "final"}, word) {
			continue
		}
		if i++; i >= len(d.args) {
			r.fail(d.at, "write Match "+word+" VALUE", "Match %s has no value", clip.Text(word))
			d.args = []string{"unknown", ""}
			return
		}
		switch word {
		case "host", "originalhost", "user", "localuser":
		case "exec":
			r.advise(d.at, "write the section for hosts by name, without exec", "Match exec is not run here: what this section says of how a host is reached makes that host blocked")
		default:
			r.advise(d.at, "write the section for hosts by name", "Match %s is not worked out here: what this section says of how a host is reached makes that host blocked", clip.Text(word))
		}
	}
}

// pass notes a word that changes nothing here, with what is so instead.
func (r *reading) pass(word, shown string, at prentice.Pos) {
	why := "nothing, if it is for ssh"
	switch word {
	case "stricthostkeychecking", "userknownhostsfile", "globalknownhostsfile", "hostkeyalias", "checkhostip", "verifyhostkeydns", "updatehostkeys", "knownhostscommand", "nohostauthenticationforlocalhost":
		why = "nothing: host keys are always checked, by known_hosts and prentice host accept-key"
	case "forwardagent", "localforward", "remoteforward", "dynamicforward", "forwardx11", "permitlocalcommand", "localcommand", "remotecommand", "requesttty", "sendenv", "setenv":
		why = "nothing: prentice forwards nothing, and runs nothing but the step"
	case "passwordauthentication", "kbdinteractiveauthentication", "challengeresponseauthentication", "preferredauthentications", "identitiesonly", "identityagent", "certificatefile", "pubkeyauthentication":
		why = "nothing: prentice signs in with keys, the certificates beside them, and the agent of SSH_AUTH_SOCK"
	}
	p := r.passed[why]
	if p == nil {
		p = &passedOver{at: at}
		r.passed[why] = p
	}
	if !slices.Contains(p.words, shown) && len(p.words) < 20 {
		p.words = append(p.words, shown)
	}
}

// include reads the files that a pattern names. A relative one is looked for in
// the team folder; otherwise only ~/.ssh is looked into.
func (r *reading) include(pattern, dir string, at prentice.Pos, depth int) []*source {
	if r.dir == "" {
		return nil // only one file is looked over
	}
	home, _ := os.UserHomeDir()
	full := pattern
	if rest, ok := strings.CutPrefix(pattern, "~/"); ok && home != "" {
		full = filepath.Join(home, rest)
	} else if !filepath.IsAbs(pattern) {
		full = filepath.Join(r.dir, pattern)
	}
	r.patterns = append(r.patterns, full)
	found, err := filepath.Glob(full)
	if err != nil || len(found) == 0 {
		r.advise(at, "put it into the team folder, or take the line out", "Include %s leads to no file", clip.Text(pattern))
		return nil
	}
	var list []*source
	for _, name := range found {
		if r.files++; r.files > mostIncluded || depth >= deepestInclude {
			r.fail(at, "include fewer", "Include leads to more than %d files, or more than %d deep", mostIncluded, deepestInclude)
			return list
		}
		shown, within := r.within(name, home)
		if !within {
			r.advise(at, "put it into the team folder", "Include %s leads out of the team folder and of ~/.ssh, and is not read", clip.Text(pattern))
			continue
		}
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() > mostConfigBytes {
			r.advise(at, "look at the file", "Include %s is not a plain file that can be read", clip.Text(shown))
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			r.fail(prentice.Pos{File: shown}, "look at the file's owner and mode", "is not readable: %v", err)
			continue
		}
		list = append(list, r.parse(shown, raw, dir, depth+1))
	}
	return list
}

// Marks changes whenever a file does that is included.
func (c *Config) Marks() string {
	if c == nil {
		return ""
	}
	var b strings.Builder
	for _, pattern := range c.patterns {
		found, _ := filepath.Glob(pattern) // reading says why not
		for _, name := range found[:min(len(found), mostIncluded)] {
			if about, err := os.Stat(name); err == nil {
				fmt.Fprintf(&b, "%q %d %d ", name, about.Size(), about.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}

// within says whether a file is one that may be read, links followed, and what it
// is called for people.
func (r *reading) within(name, home string) (shown string, ok bool) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", false
	}
	if below(real, r.dir) {
		rel, _ := filepath.Rel(r.dir, name)
		return path.Clean(filepath.ToSlash(rel)), true
	}
	if home != "" && below(real, filepath.Join(home, ".ssh")) {
		return name, true
	}
	return "", false
}

func below(name, dir string) bool {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	rel, err := filepath.Rel(dir, name)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}
