package outlive

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"time"
)

//go:embed wrapper.sh
var wrapper string

//go:embed keeper.sh
var keeper string

//go:embed relay.sh
var relay string

// Action is what a program does with a claim.
type Action string

// The actions. Start makes the claim, begins the script and follows it; where
// the claim is there already it only follows. Follow never begins anything.
const (
	Start  Action = "start"
	Follow Action = "follow"
	Look   Action = "look"   // says how it stands, and waits for nothing
	Stop   Action = "stop"   // SIGTERM to the script's group, the grace, SIGKILL
	Anew   Action = "anew"   // removes the claim of a script that is not under way, so that it can be begun once more
	Glance Action = "glance" // for a helper alone: runs Script, which is the program of a Direct, without a claim; it ends with anyone who asks
	Forget Action = "forget" // removes it because its proof is written: it is never begun again
)

const (
	// latest is how old a shell may be that begins a script. Anyone who asked has given
	// it up by then; the age is measured by the machine's own clock, where it tells it.
	latest = 5 * time.Minute
	// remembered is how long the names of claims that went are kept, so that a shell
	// that was on its way to the machine, or on one that tells no ages, for all that
	// time begins nothing again. Bytes of ours are on a network for minutes, and on a
	// machine that was suspended as long as it was.
	remembered = 30 * 24 * time.Hour
	// ahead is how many bytes of output are kept ahead of who reads them, beside the
	// piece that is being written, of 16 MiB at most.
	ahead = 48 << 20
	// waits is how many fifths of a second a relay that is so far ahead waits for who
	// reads, before it leaves output out; relay.sh knows it too.
	waits = 300
)

// Ask is one question about one claim. Nonce frames the answer; Token is told to
// anyone who follows, so that they know whose claim it is. Key, Nonce and Token are
// letters and digits. Script, Name and Env are for Start alone.
type Ask struct {
	Action  Action
	Key     string
	Nonce   string
	Token   string
	From    int64         // the byte of the output to follow from
	Grace   time.Duration // between SIGTERM and SIGKILL; less than a second is one
	Name    string        // of the script, as its messages carry it
	Shell   string        // a shell of the machine that runs the script; "" is /bin/sh
	Script  string
	Env     []string           // NAME=value
	Path    []string           // folders in which the script looks for programs before those of the machine
	Base    string             // the absolute folder of claims; "" is .prentice in the home folder
	Dir     string             // where the script begins; "" is the home folder
	Sweep   bool               // claims that are long over go first; for Start
	Own     bool               // the shell that is asked has a session of its own, which is ended by no one; the relay may share it
	Good    string             // the word that a keeper signs exit code 0 with; the script never sees it. "" is of an earlier version, whose ends carry none
	Bad     string             // as Good, for all other exit codes
	Claimed func(token string) // when there is one, it is told whose the claim is as soon as the answer says it
	Old     []string           // keys of claims whose proof is written: they go too; for Start and Forget
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
	plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`)
	variable  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// checked is the ask as it can be put, or what is wrong with it.
func (a Ask) checked() (Ask, error) {
	for what, word := range map[string]string{"key": a.Key, "token": a.Token, "signature": "x" + a.Good, "other signature": "x" + a.Bad} {
		if !plainWord.MatchString(word) {
			return a, fmt.Errorf("the %s %q is not letters and digits", what, word)
		}
	}
	if !plainName.MatchString(a.Name) {
		a.Name = "step"
	}
	if a.Shell != "" && !plainWord.MatchString(a.Shell) {
		return a, fmt.Errorf("the shell %q is not letters and digits", a.Shell)
	}
	for _, key := range a.Old {
		if !plainWord.MatchString(key) {
			return a, fmt.Errorf("the key %q is not letters and digits", key)
		}
	}
	if strings.Contains(a.Base+a.Dir, "\x00") {
		return a, fmt.Errorf("the folder %q holds a zero byte", a.Base+a.Dir)
	}
	if _, err := exports(a.Env, a.Path); err != nil {
		return a, err
	}
	return a, checked(a.Nonce, a.Script)
}

// Program is the text for /bin/sh that performs the ask.
func Program(a Ask) (string, error) {
	a, err := a.checked()
	if err != nil {
		return "", err
	}
	old := ""
	for _, key := range a.Old {
		old += " claim-" + key
	}
	environment, err := exports(a.Env, a.Path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("main() {\n")
	fmt.Fprintf(&b, "NONCE=%s KEY=%s TOKEN=%s NAME=%s FROM=%d GRACE=%d\n", a.Nonce, a.Key, a.Token, a.Name, max(0, a.From), max(1, int(a.Grace/time.Second)))
	fmt.Fprintf(&b, "LATEST=%d DAYS=%d AHEAD=%d\n", int(latest/time.Second), int(remembered/(24*time.Hour)), ahead)
	fmt.Fprintf(&b, "SWEEP=%s OWN=%s OLD=%s BASE=%s DIR=%s\n", yes(a.Sweep), yes(a.Own), quote(old), quote(a.Base), quote(a.Dir))
	fmt.Fprintf(&b, "unset GOOD BAD\nSHELL_OF=%s GOOD=%s BAD=%s\n", quote(a.Shell), a.Good, a.Bad)
	fmt.Fprintf(&b, "KEEPER=%s\nRELAY=%s\n", quote(keeper), quote(relay))
	b.WriteString(wrapper)
	fmt.Fprintf(&b, "environment() {\n:\n%s}\n", environment)
	fmt.Fprintf(&b, "SCRIPT=%s\n", quote(a.Script))
	fmt.Fprintf(&b, "say hello\n%s\n}\nmain\nexit 0\n", a.Action)
	return b.String(), nil
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// exports is the shell's text that gives a script its environment.
func exports(env, path []string) (string, error) {
	var b strings.Builder
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if !variable.MatchString(name) || strings.Contains(value, "\x00") {
			return "", fmt.Errorf("%q cannot be a variable of a shell", name)
		}
		fmt.Fprintf(&b, "%s=%s; export %s\n", name, quote(value), name)
	}
	if folders := strings.Join(path, ":"); folders != "" {
		if strings.Contains(folders, "\x00") {
			return "", fmt.Errorf("%q cannot be folders of PATH", folders)
		}
		fmt.Fprintf(&b, "PATH=%s${PATH:+:$PATH}; export PATH\n", quote(folders))
	}
	return b.String(), nil
}

// quote makes one literal word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
