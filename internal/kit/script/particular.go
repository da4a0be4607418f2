package script

import (
	"slices"
	"strings"
)

// call is a command with what its words say.
type call struct {
	name  string
	args  []string
	fed   bool
	has   func(options ...string) bool
	short func(option byte) bool
}

// plain are its words that are no options, the words behind the options of a set
// left out.
func (c call) plain(valued string) []string {
	var list []string
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		switch {
		case a == "--":
			return append(list, c.args[i+1:]...)
		case len(a) == 2 && a[0] == '-' && strings.Contains(valued, a[1:]):
			i++
		case strings.HasPrefix(a, "-"):
		default:
			list = append(list, a)
		}
	}
	return list
}

// first is the first plain word, or "".
func (c call) first() string {
	if list := c.plain(""); len(list) > 0 {
		return list[0]
	}
	return ""
}

type judge func(call) (text, hint string)

// particular are commands that wait for a person, or never end, when they are
// called in a certain way.
var particular = map[string]judge{
	"top":  unless(func(c call) bool { return c.short('b') }, "use top -b -n 1, or ps"),
	"less": pager, "more": pager, "most": pager, "man": pager,
	"crontab":   when(func(c call) bool { return c.short('e') }, "write the table with crontab FILE"),
	"systemctl": when(func(c call) bool { return c.first() == "edit" && !c.has("--stdin") }, "put the drop-in file into its place, and run systemctl daemon-reload"),
	"kubectl":   kubernetes, "oc": kubernetes,
	"docker": terminal, "podman": terminal, "nerdctl": terminal,
	"mysql": client("-e", "--execute", 'e', "mysql -e 'STATEMENT'"), "mariadb": client("-e", "--execute", 'e', "mariadb -e 'STATEMENT'"),
	"psql": postgres,
	"mongosh": unless(func(c call) bool {
		return c.fed || c.has("--eval", "--file", "-f") || strings.HasSuffix(c.last(), ".js")
	}, "use mongosh --eval"),
	"redis-cli": unless(func(c call) bool {
		return c.fed || len(c.plain("hpnau")) > 0 || c.has("--eval", "--scan", "--bigkeys", "--version")
	}, "write the command behind it"),
	"sqlite3": unless(func(c call) bool { return c.fed || len(c.plain("")) > 1 }, "write the statement behind the file"),
	"ssh": unless(func(c call) bool {
		return c.fed || len(c.plain("BbcDEeFIiJLlmOopPQRSWw")) > 1 || c.short('N') || c.short('G') || c.short('V') || c.short('O') || c.short('Q')
	}, "write the command behind the host, or make the host a target"),
	"apt-get": packages, "apt": packages, "aptitude": packages, "yum": packages, "dnf": packages, "zypper": packages,
	"pacman":     when(func(c call) bool { return (c.short('S') || c.short('R') || c.short('U')) && !c.has("--noconfirm") }, "add --noconfirm"),
	"read":       unless(func(c call) bool { return c.fed }, "make what is asked an input, or write a human step"),
	"tail":       endless(func(c call) bool { return c.short('f') || c.short('F') || c.has("--follow") }),
	"journalctl": endless(func(c call) bool { return c.short('f') || c.has("--follow") }),
	"watch":      endless(func(call) bool { return true }),
}

func (c call) last() string {
	if len(c.args) == 0 {
		return ""
	}
	return c.args[len(c.args)-1]
}

func when(is func(call) bool, hint string) judge {
	return func(c call) (string, string) {
		if !is(c) {
			return "", ""
		}
		return nobody + c.name + " waits for a person here", hint
	}
}

func unless(is func(call) bool, hint string) judge {
	return when(func(c call) bool { return !is(c) && !c.has("--help", "--version") }, hint)
}

func endless(is func(call) bool) judge {
	return func(c call) (string, string) {
		if !is(c) {
			return "", ""
		}
		return c.name + " goes on here until the step's time is up", "ask once, or put timeout 30s before it"
	}
}

func pager(c call) (string, string) {
	if c.has("--help", "--version") {
		return "", ""
	}
	return c.name + " is for people who read on a screen", "use cat, or leave it out"
}

func client(short, long string, letter byte, hint string) judge {
	return unless(func(c call) bool {
		return c.fed || c.has(short, long) || slices.ContainsFunc(c.args, func(a string) bool { return strings.HasPrefix(a, short) }) || c.short(letter)
	}, "use "+hint)
}

var postgres = unless(func(c call) bool {
	return c.fed || c.short('c') || c.short('f') || c.short('l') || c.has("--command", "--file", "--list")
}, "use psql -c 'STATEMENT', with -v ON_ERROR_STOP=1")

// kubernetes: edit opens an editor, -it wants a terminal, -f and -w never end.
func kubernetes(c call) (string, string) {
	list := c.plain("nflcspuv")
	verb := ""
	if len(list) > 0 {
		verb = list[0]
	}
	switch {
	case verb == "edit":
		return nobody + c.name + " edit waits for a person", "use " + c.name + " patch, set or apply"
	case (verb == "exec" || verb == "run" || verb == "debug" || verb == "attach") && (c.short('t') || c.has("--tty", "--stdin")):
		return terminal(c)
	case verb == "logs" && (c.short('f') || c.has("--follow")), verb == "get" && (c.short('w') || c.has("--watch", "--watch-only")), verb == "port-forward", verb == "proxy":
		return endless(func(call) bool { return true })(c)
	}
	return "", ""
}

// terminal: docker exec -it and its like.
func terminal(c call) (string, string) {
	verb := c.first()
	if verb != "exec" && verb != "run" && verb != "attach" && verb != "debug" || !c.short('t') && !c.has("--tty") {
		return "", ""
	}
	return c.name + " " + verb + " wants a terminal here, and a step has none", "leave out -t"
}

var (
	changing = []string{"install", "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "autoremove", "update", "erase", "reinstall", "downgrade", "in", "up", "rm"}
	assent   = []string{"-y", "--yes", "--assume-yes", "--assumeyes", "-qq", "--non-interactive", "-n"}
)

// packages ask before they change anything.
func packages(c call) (string, string) {
	verb := c.first()
	asks := slices.Contains(changing, verb)
	if strings.HasPrefix(c.name, "apt") && (verb == "update" || verb == "up" || verb == "in" || verb == "rm") {
		asks = false
	}
	if !asks || c.short('y') || c.has(assent...) {
		return "", ""
	}
	hint := "add -y"
	if c.name == "zypper" {
		hint = "add --non-interactive"
	}
	return nobody + c.name + " " + verb + " asks before it goes on", hint
}
