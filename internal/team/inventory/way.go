package inventory

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/pattern"
)

var (
	validUser    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)
	validAddress = pattern.Of(`^([A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$`)
)

// way is how a host is reached, by its vars. Blocked says why it cannot be by
// prentice; anyone who tried all the same might reach another machine.
type way struct {
	local            bool
	user, host, port string
	key, jump, place string
	blocked          string
	because          setting // what says so
}

// placeVar is prentice's own var, which the annotation prentice.dev/place is too.
const placeVar = "prentice_place"

// connections are the ways that Ansible takes to a host, which prentice has too.
var connections = map[string]bool{"": true, "ssh": true, "smart": true, "paramiko": true, "paramiko_ssh": true, "local": true}

// wayTo reads how a host is reached. Ansible takes the older name of a var when
// both are set.
func wayTo(name string, vars map[string]setting) way {
	var w way
	block := func(s setting, format string, args ...any) {
		if w.blocked == "" {
			w.blocked, w.because = fmt.Sprintf(format, args...), s
		}
	}
	read := func(valid func(string) bool, names ...string) string {
		for _, called := range names {
			s, set := vars[called]
			value := filledIn(s.value, name)
			switch {
			case !set || s.none == "" && value == "":
				continue
			case s.none != "":
				block(s, "its %s cannot be read: %s", called, s.none)
			case isTemplate(value):
				block(s, "its %s cannot be read: %s", called, aTemplate)
			case !valid(value):
				block(s, "its %s is %q, which prentice cannot use", called, clip.Text(value))
			}
			return value
		}
		return ""
	}
	by := strings.TrimPrefix(read(plainWords, "ansible_connection"), "ansible.builtin.")
	if s := vars["ansible_connection"]; !connections[by] {
		block(s, "it is reached by %s, and prentice has SSH alone", clip.Text(by))
	}
	if w.local = by == "local"; w.local {
		w.place = read(prentice.ValidName, placeVar)
	}
	w.host = read(validAddress.MatchString, "ansible_ssh_host", "ansible_host")
	w.port = read(isPort, "ansible_ssh_port", "ansible_port")
	w.user = read(validUser.MatchString, "ansible_ssh_user", "ansible_user")
	w.key = read(oneLine, "ansible_ssh_private_key_file", "ansible_private_key_file")
	for _, args := range []string{"ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"} {
		s := vars[args]
		text := filledIn(s.value, name)
		switch {
		case s.none != "" || isTemplate(text):
			block(s, "its %s cannot be read, and may say where it is", args)
		default:
			jump, key, why := sshArgs(text)
			w.jump, w.key = first(w.jump, jump), first(w.key, key)
			if why != "" {
				block(s, "its %s says %s, which prentice does not follow", args, clip.Text(why))
			}
		}
	}
	return w
}

var ownName = regexp.MustCompile(`{{\s*inventory_hostname(_short)?\s*}}`)

// filledIn puts the host's own name into a value, the one template that needs
// nothing else.
func filledIn(value, name string) string {
	return ownName.ReplaceAllStringFunc(value, func(is string) string {
		if strings.Contains(is, "_short") {
			name, _, _ = strings.Cut(name, ".")
		}
		return name
	})
}

func plainWords(s string) bool { return !strings.ContainsAny(s, " \t\n\r\x00") && len(s) < 200 }
func oneLine(s string) bool    { return !strings.ContainsAny(s, "\n\r\x00") }
func isPort(s string) bool     { n, err := strconv.ParseUint(s, 10, 16); return err == nil && n > 0 }

// harmless are options of ssh that change nothing about where a host is and who
// signs in.
var harmless = []string{
	"addkeystoagent", "batchmode", "ciphers", "compression", "connecttimeout", "connectionattempts", "controlmaster", "controlpath", "controlpersist",
	"forwardagent", "gssapiauthentication", "hostkeyalgorithms", "identitiesonly", "kexalgorithms", "loglevel", "macs", "passwordauthentication",
	"preferredauthentications", "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes", "pubkeyauthentication", "serveralivecountmax", "serveraliveinterval",
	"stricthostkeychecking", "tcpkeepalive", "updatehostkeys", "userknownhostsfile", "globalknownhostsfile", "verifyhostkeydns", "visualhostkey",
}

// sshArgs reads arguments of ssh: the host to jump through, a key, and what would
// lead elsewhere and is not followed.
func sshArgs(args string) (jump, key, why string) {
	list, text, _ := words(args)
	if text != "" {
		return "", "", text
	}
	for i := 0; i < len(list); i++ {
		flag := list[i]
		value := func() string {
			if len(flag) > 2 {
				return flag[2:]
			}
			i++
			if i < len(list) {
				return list[i]
			}
			return ""
		}
		switch {
		case strings.HasPrefix(flag, "-J"):
			jump = value()
		case strings.HasPrefix(flag, "-i"):
			key = value()
		case strings.HasPrefix(flag, "-o"):
			option := value()
			end := max(0, strings.IndexAny(option+"=", " ="))
			word, said := option[:end], strings.TrimLeft(option[min(end, len(option)):], " =")
			switch word = strings.ToLower(strings.TrimSpace(word)); {
			case word == "proxyjump":
				jump = strings.TrimSpace(said)
			case word == "identityfile":
				key = strings.TrimSpace(said)
			case word == "proxycommand":
				if jump = JumpOf(said); jump == "" {
					return "", "", option
				}
			case !slices.Contains(harmless, word):
				return "", "", option
			}
		case flag != "" && flag[0] == '-' && strings.Trim(flag, "-46AaCkKqTtvxXYn") == "":
		default:
			return "", "", flag
		}
	}
	if jump == "none" {
		jump = ""
	}
	return jump, key, ""
}

// JumpOf is the host that a ProxyCommand jumps through when it is ssh -W %h:%p or
// ssh … nc %h %p and nothing more, as [user@]host[:port], or "".
func JumpOf(command string) string {
	list, text, _ := words(strings.TrimPrefix(strings.TrimSpace(command), "exec "))
	if text != "" || len(list) < 3 || list[0] != "ssh" && list[0] != "/usr/bin/ssh" {
		return ""
	}
	var to, user, port string
	through := false
	for i := 1; i < len(list); i++ {
		next := func() string {
			if len(list[i]) > 2 {
				return list[i][2:]
			}
			i++
			if i < len(list) {
				return list[i]
			}
			return ""
		}
		switch word := list[i]; {
		case strings.HasPrefix(word, "-W") && to == "":
			if next() != "%h:%p" && (i >= len(list) || list[i] != "[%h]:%p") {
				return ""
			}
			through = true
		case word == "-p" && to == "":
			port = next()
		case word == "-l" && to == "":
			user = next()
		case to == "" && word[0] == '-' && strings.Trim(word, "-46ACqTx") == "":
		case to == "" && word != "" && word[0] != '-':
			to = word
		case to != "" && !through && slices.Equal(list[i:], []string{"nc", "%h", "%p"}):
			return from(user, to, port)
		case to != "" && (strings.HasPrefix(word, "-W") && next() == "%h:%p"):
			through = true
		default:
			return ""
		}
	}
	if !through || to == "" {
		return ""
	}
	return from(user, to, port)
}

func from(user, host, port string) string {
	if user != "" && !strings.Contains(host, "@") {
		host = user + "@" + host
	}
	if port != "" {
		host += ":" + port
	}
	return host
}

// address is [user@]host[:port], as the catalog writes it.
func (w way) address(name string, hostName func(string) string) string {
	host := first(w.host, hostName(name), name)
	if w.port != "" {
		host = net.JoinHostPort(host, w.port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if w.user != "" {
		host = w.user + "@" + host
	}
	return host
}

// unreached are the hosts that cannot be reached for one reason, which are
// reported together.
type unreached struct {
	at    prentice.Pos
	why   string
	names []string
}

func (t *tree) cannotReach(name string, h *host, w way) {
	at := w.because.at
	if at.File == "" {
		at = h.at
	}
	for i := range t.unreached {
		if u := &t.unreached[i]; u.at == at && u.why == w.blocked {
			u.names = append(u.names, name)
			return
		}
	}
	t.unreached = append(t.unreached, unreached{at, w.blocked, []string{name}})
}

func (t *tree) sayUnreached() {
	for _, u := range t.unreached {
		t.advise(u.at, "nothing, if prentice has no work there: a plan that names it is refused", "host %s cannot be acted on: %s", someOf(u.names), u.why)
	}
	t.unreached = nil
}

// someOf names the first of many.
func someOf(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}
