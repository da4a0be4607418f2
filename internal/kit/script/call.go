package script

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// call remarks on a command that waits for a person, or goes on for ever.
func (r *reading) call(c *syntax.CallExpr) {
	w := unwrapped(words(c))
	if len(w) == 0 {
		return
	}
	text, hint := waits(w, r.fed())
	if text != "" {
		r.say(c.Pos(), text, hint)
	}
}

// fed says whether the command at hand has something to read: a file, a text or
// the output of another.
func (r *reading) fed() bool {
	for i, n := range slices.Backward(r.above) {
		switch n := n.(type) {
		case *syntax.Stmt:
			if slices.ContainsFunc(n.Redirs, reads) {
				return true
			}
		case *syntax.BinaryCmd:
			if isPipe(n) && i+1 < len(r.above) && r.above[i+1] == syntax.Node(n.Y) {
				return true
			}
		case *syntax.FuncDecl:
			return true // anyone who calls it knows
		}
	}
	return false
}

func reads(d *syntax.Redirect) bool {
	switch d.Op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		return true
	}
	return false
}

// wrappers are commands that run the one behind them; the text is those of their
// options that take a word.
var wrappers = map[string]string{
	"sudo": "ugpCchDRTrtU", "doas": "uC", "env": "uCS", "nice": "n", "ionice": "cnp", "nohup": "", "time": "fo", "timeout": "ks", "exec": "a", "command": "", "stdbuf": "ioe", "setsid": "",
}

// unwrapped is a command without those that only run it.
func unwrapped(w []string) []string {
	for range 5 {
		if len(w) == 0 {
			return w
		}
		valued, is := wrappers[w[0]]
		if !is {
			return w
		}
		name, rest := w[0], w[1:]
		for len(rest) > 0 && (strings.HasPrefix(rest[0], "-") || name == "env" && strings.Contains(rest[0], "=")) {
			option := rest[0]
			rest = rest[1:]
			if len(option) == 2 && strings.Contains(valued, option[1:]) && len(rest) > 0 {
				rest = rest[1:]
			}
		}
		if name == "timeout" && len(rest) > 0 {
			rest = rest[1:] // how long
		}
		if name == "command" && len(rest) < len(w)-1 { // command -v asks whether it is there
			return nil
		}
		w = rest
	}
	return w
}

const (
	nobody   = "no one is there to answer: "
	editHint = "change the file with sed -i, or put the new one in its place"
)

// asks are commands that wait for a person however they are called.
var asks = map[string]string{
	"vi": editHint, "vim": editHint, "nvim": editHint, "nano": editHint, "emacs": editHint, "pico": editHint, "joe": editHint, "mcedit": editHint,
	"visudo": "put a file into /etc/sudoers.d and look at it with visudo -c", "vipw": "use usermod", "htop": "use ps", "iotop": "use iotop -b -n 1", "atop": "use atop 1 1", "nmtui": "use nmcli",
	"passwd": "use chpasswd", "fdisk": "use sfdisk", "telnet": "use nc -z or curl", "ftp": "use curl", "dialog": "write a human step", "whiptail": "write a human step", "screen": "start it with setsid", "tmux": "start it with setsid",
}

// carries are commands that run others, with how many plain words of theirs come
// before those.
var carries = map[string]int{"kubectl": 2, "oc": 2, "docker": 2, "podman": 2, "nerdctl": 2}

// upTo is where the plain word after so many stands.
func upTo(args []string, plain int) int {
	for i, a := range args {
		if strings.HasPrefix(a, "-") {
			continue
		}
		if plain == 0 {
			return i
		}
		plain--
	}
	return len(args)
}

// waits says what is wrong with a command that a person would have to end; "" is
// nothing.
func waits(w []string, fed bool) (text, hint string) {
	name := w[0][strings.LastIndexByte(w[0], '/')+1:]
	args := w[1:]
	options := args
	if i := slices.Index(args, "--"); i >= 0 {
		options = args[:i]
	}
	if inner, ok := carries[name]; ok { // what stands behind it are the options of what it runs
		options = options[:upTo(options, inner)]
	}
	has := func(names ...string) bool {
		return slices.ContainsFunc(options, func(a string) bool {
			return slices.ContainsFunc(names, func(o string) bool { return a == o || strings.HasPrefix(o, "--") && strings.HasPrefix(a, o+"=") })
		})
	}
	short := func(option byte) bool {
		return slices.ContainsFunc(options, func(a string) bool { return isShort(a, option) })
	}
	switch name {
	case "visudo":
		if short('c') || has("--check") {
			return "", ""
		}
	case "passwd":
		if short('l') || short('u') || short('S') || short('d') || short('e') || fed {
			return "", ""
		}
	case "fdisk":
		if short('l') || has("--list") || fed {
			return "", ""
		}
	}
	if hint, always := asks[name]; always {
		return nobody + name + " waits for a person", hint
	}
	if f := particular[name]; f != nil {
		return f(call{name, args, fed, has, short})
	}
	return "", ""
}
