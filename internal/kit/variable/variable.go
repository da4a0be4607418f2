package variable

import (
	"slices"
	"strings"
)

// Of is the name under which a step finds an input, a fact or a secret in
// its environment: letters in capitals, digits, and _ for everything else.
func Of(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return '_'
		}
	}, name)
}

var (
	// ourPrefixes begin the variables that say what a plan was approved for.
	ourPrefixes = []string{"INPUT_", "SERVICE_", "TARGET_", "EVENT_", "EACH_", "PRENTICE_"}

	// steering are variables that decide which program runs, or what it reads
	// before it begins: those of shells, of the loader, and of what scripts run most.
	steering = []string{
		"BASHOPTS", "CDPATH", "EDITOR", "ENV", "EUID", "FPATH", "GCONV_PATH", "GLOBIGNORE", "HISTFILE", "HOME", "IFS", "LANG", "LANGUAGE", "LOGNAME", "MAIL", "MAILPATH",
		"NODE_OPTIONS", "NODE_PATH", "OLDPWD", "OPTARG", "OPTIND", "PAGER", "PATH", "POSIXLY_CORRECT", "PPID", "PROMPT_COMMAND", "PS1", "PS2", "PS3", "PS4", "PWD",
		"RUBYLIB", "RUBYOPT", "SHELL", "SHELLOPTS", "SSH_ASKPASS", "SSH_AUTH_SOCK", "SUDO_ASKPASS", "TERM", "TMPDIR", "TZ", "UID", "USER", "VISUAL",
		"GIT_ASKPASS", "GIT_DIR", "GIT_EDITOR", "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_WORK_TREE",
		"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS",
	}
	steeringPrefixes = []string{"BASH_", "DYLD_", "GIT_CONFIG", "LC_", "LD_", "PERL5", "PYTHON"}
)

// Given says whether a variable is one of those that every script is given.
func Given(name string) bool {
	return slices.ContainsFunc(ourPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// Taken says why something that a team names freely, such as a secret, must
// not become this variable; "" means that it may. What was approved is never
// replaced, and what a shell reads to find its programs is no one's to choose.
func Taken(variable string) string {
	for _, p := range ourPrefixes {
		if strings.HasPrefix(variable, p) {
			return "variables that begin with " + p + " say what was approved"
		}
	}
	if slices.Contains(steering, variable) || slices.ContainsFunc(steeringPrefixes, func(p string) bool { return strings.HasPrefix(variable, p) }) {
		return "the variable " + variable + " decides how programs run"
	}
	return ""
}

// targetVariables are what every step on a target has of it.
var targetVariables = []string{"TARGET_REF", "TARGET_NAME", "TARGET_ADDRESS"}

// OfFact is the variable that a fact of a target becomes. It is "" for a fact
// that would replace the name, the ref or the address of its target.
func OfFact(name string) string {
	if v := "TARGET_" + Of(name); !slices.Contains(targetVariables, v) {
		return v
	}
	return ""
}
