package keeper

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// ask is one question about one claim, as kit/outlive's Ask.
type ask struct {
	action, key, nonce, token string
	name, shell, script       string
	base, dir                 string
	good, bad                 string
	env, path, old            []string
	sweep                     bool
	from                      int64
	ahead                     int64         // bytes of output that are kept ahead of who reads them
	waits                     int           // fifths of a second that the relay waits for who reads
	grace                     time.Duration // between SIGTERM and SIGKILL
	latest                    time.Duration // how old this process may be when it begins a script
	elapsed                   time.Duration // how old it is for anyone who asks
	days                      int           // how long names of claims are kept
}

// longest is how many bytes an ask may have.
const longest = 64 << 20

// read reads one ask: the line "ask N" and N bytes of NAME=VALUE, each ended by a zero
// byte. One that was cut off is no ask.
func read(from *bufio.Reader) (ask, error) {
	line, err := from.ReadString('\n')
	if err != nil {
		return ask{}, err
	}
	size, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(line, "ask "), "\n"))
	if err != nil || size < 0 || size > longest {
		return ask{}, errors.New("this is no ask")
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(from, raw); err != nil {
		return ask{}, err
	}
	var a ask
	for _, entry := range strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		if err := a.set(name, value); err != nil {
			return ask{}, err
		}
	}
	if !word(a.key) || !word(a.nonce) || !word(a.token) || strings.ContainsAny(a.name, "/") {
		return ask{}, errors.New("an ask without a key, a nonce or a token")
	}
	return a, nil
}

func (a *ask) set(name, value string) (err error) {
	number := func() int64 {
		var n int64
		n, err = strconv.ParseInt(value, 10, 64)
		return n
	}
	switch name {
	case "action":
		a.action = value
	case "key":
		a.key = value
	case "nonce":
		a.nonce = value
	case "token":
		a.token = value
	case "name":
		a.name = value
	case "shell":
		a.shell = value
	case "script":
		a.script = value
	case "base":
		a.base = value
	case "dir":
		a.dir = value
	case "good":
		a.good = value
	case "bad":
		a.bad = value
	case "env":
		a.env = append(a.env, value)
	case "path":
		a.path = append(a.path, value)
	case "old":
		a.old = append(a.old, value)
	case "sweep":
		a.sweep = value == "yes"
	case "from":
		a.from = number()
	case "ahead":
		a.ahead = number()
	case "waits":
		a.waits = int(number())
	case "days":
		a.days = int(number())
	case "grace":
		a.grace = time.Duration(number()) * time.Second
	case "latest":
		a.latest = time.Duration(number()) * time.Second
	case "elapsed":
		a.elapsed = time.Duration(number()) * time.Millisecond
	default:
		return errors.New("an ask has no " + strconv.Quote(name))
	}
	return err
}

// word says whether a text is letters and digits.
func word(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
