package boot

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/face/cli"
)

// startedFile says in a data folder with which settings it was served last, so that
// a command that is given the folder alone speaks of that installation and not of
// the defaults. It holds no secret: of the database only that there is one elsewhere.
const startedFile = "started.json"

type lastStart struct {
	Team      string `json:"team"`
	Listen    string `json:"listen"`
	PublicURL string `json:"public_url,omitempty"`
	Hosts     string `json:"hosts,omitempty"`
	Proxies   string `json:"proxies,omitempty"`
	Elsewhere bool   `json:"database_elsewhere,omitempty"` // the database is not in the folder
}

func (s Settings) startedAs() lastStart {
	return lastStart{Team: s.Team, Listen: s.Listen, PublicURL: s.PublicURL, Hosts: s.Hosts, Proxies: s.Proxies, Elsewhere: s.postgres()}
}

// keepStarted writes what a server was started with.
func (s *System) keepStarted() error {
	raw, err := json.MarshalIndent(s.Settings.startedAs(), "", "  ")
	if err == nil {
		err = replaceWhole(s.own(startedFile), append(raw, '\n'))
	}
	if err != nil {
		return cannotWrite(s.Settings.Data, err)
	}
	return nil
}

// asStarted fills what neither flags nor environment nor settings say from how a data
// folder was served last.
func (s Settings) asStarted(data string) (filled Settings, was lastStart) {
	raw, err := os.ReadFile(filepath.Join(data, inFolder(s.Replica, startedFile)))
	if err != nil || json.Unmarshal(raw, &was) != nil {
		return s, lastStart{}
	}
	for _, one := range []struct {
		to *string
		is string
	}{{&s.Team, was.Team}, {&s.Listen, was.Listen}, {&s.PublicURL, was.PublicURL}, {&s.Hosts, was.Hosts}, {&s.Proxies, was.Proxies}} {
		*one.to = cmp.Or(*one.to, one.is)
	}
	return s, was
}

// installation is the settings of what a command was pointed at, and not of what
// would be started here.
func (c *commands) installation(cmd *cobra.Command) (Settings, lastStart, error) {
	g := cli.GlobalOf(cmd)
	s, err := c.given(g)
	if err != nil {
		return s, lastStart{}, err
	}
	s, was := s.asStarted(cmp.Or(s.Data, defaultData))
	s.Remote = s.Remote || was.Listen != "" && s.Listen == was.Listen // it was allowed when it was started
	if s, err = s.Filled(); err == nil && was.Elsewhere && !s.postgres() {
		err = prentice.Errorf(prentice.Unavailable, "the database of %s is PostgreSQL, and no settings here say where", s.Data).
			Try("run it where its prentice.toml is, or with PRENTICE_DATABASE")
	}
	return s, was, err
}

// quoted is a word for a shell.
func quoted(word string) string {
	if !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_./-:@%+,", r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

var ownCommand = regexp.MustCompile(`\bprentice (up|secret|backup|retention|catalog|procedure|policy|run|stop-all|resume-all|evidence)\b`)

// pointed is a hint whose commands say which folders they are for, as the one that was
// typed did.
func (s Settings) pointed(hint string) string {
	if s.named == "" {
		return hint
	}
	return ownCommand.ReplaceAllStringFunc(hint, func(found string) string {
		return "prentice" + s.named + strings.TrimPrefix(found, "prentice")
	})
}
