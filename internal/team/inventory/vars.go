package inventory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/variable"
)

// connection is how Ansible's own vars begin.
const connection = "ansible_"

// followed are Ansible's own vars that say how a host is reached, each with its
// older name, which counts more, as it does in Ansible. What they are set to is
// looked at when all places that may set them have been read.
var followed = []string{
	"ansible_group_priority",
	"ansible_host", "ansible_ssh_host", "ansible_port", "ansible_ssh_port", "ansible_user", "ansible_ssh_user", "ansible_connection",
	"ansible_private_key_file", "ansible_ssh_private_key_file", "ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args",
}

// unused says of Ansible's own vars that many inventories have why they are not
// used. The longest beginning that fits counts.
var unused = map[string]reason{
	"ansible_python_interpreter": noPython,
	"ansible_become":             "not used: write sudo=true on a step, so that it is in the plan that people approve",
	"ansible_become_pass":        "not used: prentice asks for no password; let the user sudo without one",
	"ansible_sudo":               "not used: write sudo=true on a step, so that it is in the plan that people approve",
	"ansible_su":                 "not used: write sudo=true on a step, so that it is in the plan that people approve",
	"ansible_password":           "not used: prentice signs in with keys",
	"ansible_ssh_pass":           "not used: prentice signs in with keys",
	"ansible_host_key_checking":  "not used: host keys are always checked, see prentice host accept-key --help",
	"ansible_ssh_host_key":       "not used: host keys are always checked, see prentice host accept-key --help",
	"ansible_":                   "not used by prentice",
}

// real are vars of Ansible's own that look like others and are not misspelt.
var real = []string{
	"ansible_ssh_retries", "ansible_ssh_timeout", "ansible_ssh_executable", "ansible_ssh_pipelining", "ansible_ssh_transfer_method", "ansible_pipelining",
	"ansible_timeout", "ansible_scp_if_ssh", "ansible_scp_extra_args", "ansible_sftp_extra_args", "ansible_ssh_use_tty", "ansible_shell_type", "ansible_control_path",
	"ansible_paramiko_host_key_checking", "ansible_become_method", "ansible_become_user", "ansible_become_flags", "ansible_become_exe",
}

// misspeltOf are the words that an unknown var of Ansible's own may be meant for.
var misspeltOf = append([]string{"ansible_become", "ansible_password", "ansible_python_interpreter"}, followed...)

var (
	validVar  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	plainWord = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
)

// longestFact is the longest value that reaches a step, in bytes.
const longestFact = 4096

// setting is what a var is set to, and where. One that becomes no fact says why,
// and hides what a group says that counts less.
type setting struct {
	value string
	none  reason // "" is that there is a value
	at    prentice.Pos
}

// reason says why a var becomes no fact.
type reason string

const (
	aList     reason = "a list or a mapping is not a single value"
	aTemplate reason = "no template is filled in here"
	aSecret   reason = "the name is that of a secret, and facts stand in plans, which are kept"
	encrypted reason = "encrypted with ansible-vault"
	noPython  reason = "no Python is needed on a host"
	noName    reason = "no name of a variable: letters, digits and _, beginning with a letter"
	aTaken    reason = "TARGET_NAME, TARGET_REF and TARGET_ADDRESS are what every target has"
	tooLong   reason = "a value of more than 4096 bytes does not reach a step"
	twice     reason = "several vars of a host would be one variable"
)

// hint says what to do if the var is needed.
func (r reason) hint() string {
	switch r {
	case unused[connection], unused["ansible_become"], unused["ansible_become_pass"], unused["ansible_password"], unused["ansible_host_key_checking"]:
		return "nothing, if it is for Ansible"
	case aTemplate:
		return "write the value out, if a step needs it"
	case aSecret, encrypted:
		return "nothing, if no step needs it; otherwise keep it with: prentice secret set NAME FILE"
	case noName, aTaken, twice:
		return "nothing, if no step needs it; otherwise rename it"
	}
	return "nothing, if no step needs it"
}

// setting reads a var. What becomes no fact is noted.
func (t *tree) setting(name, value string, at prentice.Pos) setting {
	switch {
	case strings.HasPrefix(name, connection):
		if !slices.Contains(followed, name) {
			t.unused(name, at)
		}
		return setting{value: value, at: at}
	case name == placeVar:
		return setting{value: value, at: at}
	case isTemplate(value):
		return t.unset(name, at, aTemplate)
	case variable.IsCredential(name) && value != "":
		return t.unset(name, at, aSecret)
	case !validVar.MatchString(name):
		return t.unset(name, at, noName)
	case variable.OfFact(name) == "":
		return t.unset(name, at, aTaken)
	case len(value) > longestFact:
		return t.unset(name, at, tooLong)
	}
	return setting{value: value, at: at}
}

// unused notes a var of Ansible's own that is not used, or names the one that it
// may be meant for.
func (t *tree) unused(name string, at prentice.Pos) {
	why := reason("")
	for n := len(name); n > 0 && why == ""; n-- {
		why = unused[name[:n]]
	}
	if near := nearest.Of(name, misspeltOf); near != "" && why == unused[connection] && !slices.Contains(real, name) {
		t.advise(at, fmt.Sprintf("did you mean %q?", near), "%s is not used by prentice", clip.Text(name))
		return
	}
	t.noFact(name, at, why)
}

// unset is the setting of a var that becomes no fact, which is noted.
func (t *tree) unset(name string, at prentice.Pos, why reason) setting {
	shown := name
	if !plainWord.MatchString(name) || len(name) > 63 {
		shown = strconv.Quote(clip.Text(name))
	}
	if !slices.Contains(followed, name) {
		t.noFact(shown, at, why)
	}
	return setting{none: why, at: at}
}

func isTemplate(value string) bool {
	return strings.Contains(value, "{{") || strings.Contains(value, "{%")
}

// set says a var of a host or a group. Of two values the later counts, as it does
// in Ansible, and that is said: it may not be meant.
func (t *tree) set(vars map[string]setting, name string, s setting, of string) {
	if before, set := vars[name]; set && (before.value != s.value || before.none != s.none) {
		t.advise(s.at, "keep one of them", "%s of %s is %s here and %s at %s; what is written here counts", clip.Text(name), of, s.shown(name), before.shown(name), before.at)
	}
	vars[name] = s
}

// shown is what the var is set to, for a finding. A secret is not shown.
func (s setting) shown(name string) string {
	switch {
	case s.none != "":
		return "no fact"
	case variable.IsCredential(name):
		return "one value"
	}
	return strconv.Quote(clip.Text(s.value))
}
