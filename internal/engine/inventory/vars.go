package inventory

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
)

// connection is how Ansible's own vars begin.
const connection = "ansible_"

// known are those that are followed, or that say what is so anyway.
var known = []string{"ansible_host", "ansible_port", "ansible_user", "ansible_connection", "ansible_ssh_private_key_file", "ansible_become"}

// instead says what to do about vars that are not followed and that many
// inventories have.
var instead = map[string]string{
	"ansible_ssh_host":                "write ansible_host",
	"ansible_ssh_port":                "write ansible_port",
	"ansible_ssh_user":                "write ansible_user",
	"ansible_private_key_file":        "write ansible_ssh_private_key_file",
	"ansible_become_user":             "steps with sudo=true become root; write sudo -u USER into the script for another",
	"ansible_become_method":           "take it out: it is sudo",
	"ansible_become_password":         "let the user sudo without a password, and take it out: an inventory is no place for a secret",
	"ansible_become_pass":             "let the user sudo without a password, and take it out: an inventory is no place for a secret",
	"ansible_password":                "put a key on the host, and take it out: an inventory is no place for a secret",
	"ansible_ssh_pass":                "put a key on the host, and take it out: an inventory is no place for a secret",
	"ansible_ssh_common_args":         "say it in ssh_config, as ProxyJump or IdentityFile",
	"ansible_ssh_extra_args":          "say it in ssh_config, as ProxyJump or IdentityFile",
	"ansible_group_priority":          "take it out, and say the var on the host or in a child group",
	"ansible_host_key_checking":       "take it out: host keys are always checked; see prentice host accept-key --help",
	"ansible_ssh_host_key_dsa_public": "take it out",
}

var (
	validVar     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	validUser    = regexp.MustCompile(`^[a-z_][a-z0-9_-]*$`)
	validAddress = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`)
)

// longestFact is the longest value that reaches a step, in bytes.
const longestFact = 4096

// setting is what a var is set to, and where. One that becomes no fact has no
// value, and hides what a group says that counts less.
type setting struct {
	value string
	none  bool
	at    prentice.Pos
}

// reason says why a var becomes no fact.
type reason string

const (
	aList     reason = "a list or a mapping is not a single value"
	aTemplate reason = "no template is filled in here"
	aSecret   reason = "the name is that of a secret, and facts stand in plans, which are kept"
	encrypted reason = "encrypted with ansible-vault"
	aTaken    reason = "TARGET_NAME, TARGET_REF and TARGET_ADDRESS are what every target has"
	twice     reason = "several vars of a host would be one variable"
	noPython  reason = "no Python is needed on a host"
)

// hint says what to do if the var is needed.
func (r reason) hint() string {
	switch r {
	case aTemplate:
		return "write the value out, if a step needs it"
	case aTaken, twice:
		return "nothing, if no step needs it; otherwise rename it"
	case aSecret, encrypted:
		return "nothing, if no step needs it; otherwise keep it with: prentice secret set NAME FILE"
	}
	return "nothing, if no step needs it"
}

// setting reads a var. It says whether there is one to set, and reports one that
// cannot be followed.
func (t *tree) setting(name, value string, at prentice.Pos) (setting, bool) {
	switch {
	case name == "ansible_python_interpreter": // in most inventories, and changes nothing here
		return t.unset(name, at, noPython), true
	case strings.HasPrefix(name, connection):
		return setting{value: value, at: at}, t.connects(name, value, at)
	case isTemplate(value):
		return t.unset(name, at, aTemplate), true
	case prentice.IsCredential(name) && value != "":
		return t.unset(name, at, aSecret), true
	case !validVar.MatchString(name):
		t.fail(at, "use letters, digits and _, beginning with a letter", "%q is not the name of a var", clip(name))
	case prentice.FactVariable(name) == "":
		return t.unset(name, at, aTaken), true
	case len(value) > longestFact:
		t.fail(at, "put it into a file on the host", "%s has %d bytes, at most %d reach a step", name, len(value), longestFact)
	default:
		return setting{value: value, at: at}, true
	}
	return setting{}, false
}

// unset is the setting of a var that becomes no fact, which is noted.
func (t *tree) unset(name string, at prentice.Pos, why reason) setting {
	if !validVar.MatchString(name) {
		name = strconv.Quote(clip(name))
	}
	t.noFact(name, at, why)
	return setting{none: true, at: at}
}

func isTemplate(value string) bool {
	return strings.Contains(value, "{{") || strings.Contains(value, "{%")
}

// set says a var of a host or a group. Two values at one place are an error: the
// order of files would decide which counts.
func (t *tree) set(vars map[string]setting, name string, s setting, of string) {
	if before, set := vars[name]; set && (before.value != s.value || before.none != s.none) {
		t.fail(s.at, "keep one of them", "%s of %s is %s here and %s at %s", clip(name), of, s, before, before.at)
		return
	}
	vars[name] = s
}

// String is what the var is set to, for a finding.
func (s setting) String() string {
	if s.none {
		return "no fact"
	}
	return strconv.Quote(clip(s.value))
}

// connects checks a var of Ansible's own. What would change how a host is
// reached, and is not followed, must not be passed over.
func (t *tree) connects(name, value string, at prentice.Pos) bool {
	bad := func(hint string) bool {
		t.fail(at, hint, "%s is %q", name, clip(value))
		return false
	}
	if isTemplate(value) && slices.Contains(known, name) {
		return bad("write the value out: no template is filled in here")
	}
	switch name {
	case "ansible_host":
		if !validAddress.MatchString(value) {
			return bad("write a name or an address, without user and port")
		}
	case "ansible_port":
		if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
			return bad("write a number up to 65535")
		}
	case "ansible_user":
		if !validUser.MatchString(value) {
			return bad("use lower-case letters, digits and _ -, beginning with a letter")
		}
	case "ansible_connection":
		if value != "ssh" && value != "local" {
			return bad("write ssh, or local for this machine; there is no other way here")
		}
	case "ansible_ssh_private_key_file":
		if value == "" || strings.ContainsAny(value, "\n\r") {
			return bad("name a file, such as id_fleet in the folder ssh of the data folder")
		}
	case "ansible_become":
		if is, err := strconv.ParseBool(strings.NewReplacer("yes", "true", "no", "false").Replace(strings.ToLower(value))); err != nil || is {
			return bad("write sudo=true on the steps that need it, so that it stands in the plan people agree to")
		}
	default:
		hint := instead[name]
		if hint == "" {
			hint = "take it out; known: " + strings.Join(known, ", ")
			if near := nearest.Of(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
		t.fail(at, hint, "%s is not followed here", clip(name))
		return false
	}
	return true
}
