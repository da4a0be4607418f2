package outlive

import (
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

//go:embed direct.sh
var direct string

//go:embed end.sh
var end string

// Direct is a script that only looks. It needs no claim, because it may be
// repeated: it runs in the shell that reads it, ends with it, and leaves nothing
// on the disk. Env and Path are as in an Ask. With Shell, a shell of the machine runs the script
// as its child instead. Pipes is what a look said of /bin/sh before; what is known is not
// asked again, which would cost a process.
type Direct struct {
	Nonce  string
	Shell  string
	Pipes  string
	Script string
	Env    []string
	Path   []string
}

// Program is the text for /bin/sh that runs the script. What the shell prints
// after hello is the script's output, and its exit code is the script's.
func (d Direct) Program() (string, error) {
	if err := checked(d.Nonce, d.Script); err != nil {
		return "", err
	}
	environment, err := exports(d.Env, d.Path)
	if err != nil {
		return "", err
	}
	if d.Shell != "" && !plainWord.MatchString(d.Shell) {
		return "", fmt.Errorf("the shell %q is not letters and digits", d.Shell)
	}
	if d.Shell != "" {
		return fmt.Sprintf("main() {\nNONCE=%s pipes=- shell=%s\n%s%sset -- \"$shell\" %s\nunset shell\n%s%s}\nmain\n", d.Nonce, d.Shell, named, direct, quote(d.Script), environment, handed), nil
	}
	// The script is evaluated as one word, so that nothing in it can end the text
	// around it.
	pipes := asked
	if d.Pipes == "plain" || d.Pipes == "pipefail" {
		pipes = "pipes=" + d.Pipes + "\n"
	}
	return fmt.Sprintf("main() {\nNONCE=%s\n%s%s%sset -eu\neval %s\n}\nmain\n", d.Nonce, pipes, direct, environment, quote(d.Script)), nil
}

const (
	// asked finds whether the shell lets a pipe fail with any of its commands: to one
	// that cannot, the option is a fault that ends it.
	asked = "pipes=pipefail; (set -o pipefail) 2>/dev/null || pipes=plain\n"
	// named finds the shell that is to run the script, before anything is said.
	named = `command -v "$shell" >/dev/null 2>&1 || { echo "there is no $shell on this host" >&2; exit 127; }
shell=$(command -v "$shell")
`
	// handed gives a shell its script over a file of its own, so that it is no
	// argument that others can see, and may be long, and may read standard input.
	handed = `"$1" -eu -o pipefail -c 'eval "$(cat <&3)" 3<&-' "$1" 3<<END` + "\n$2\nEND\n"
)

// Missing is what a look complains of on a machine that has not its shell.
func Missing(shell string) string { return "there is no " + shell + " on this host" }

func checked(nonce, script string) error {
	if !plainWord.MatchString(nonce) {
		return fmt.Errorf("the nonce %q is not letters and digits", nonce)
	}
	if strings.Contains(script, "\x00") {
		return fmt.Errorf("the script holds a zero byte")
	}
	return nil
}

// Process is a shell that runs a script, in the words it says hello with: itself,
// its group, and the boot and the moment that it was started in, which tell it
// from a later one with its number. The zero Process is no one.
type Process struct {
	pid, group, boot, start string
	Pipes                   string // whether it lets a pipe fail with any of its commands: pipefail or plain; "" if it was not asked
}

// Known says whether it is someone.
func (p Process) Known() bool { return p.pid != "" }

var helloWords = regexp.MustCompile(`^([0-9]{1,10}) ([0-9]{1,10}|-) ([a-f0-9-]{1,40}) ([0-9]{1,20}|-|ended) (pipefail|plain|-)$`)

// Begun reads over what a profile printed, to hello. What the script prints
// follows in the reader that is returned.
func (d Direct) Begun(from io.Reader) (Process, *Answer, error) {
	a := NewAnswer(from, d.Nonce)
	if err := a.hello(" "); err != nil {
		return Process{}, a, err
	}
	line, err := a.text()
	if err != nil {
		return Process{}, a, err
	}
	words := helloWords.FindStringSubmatch(line)
	if words == nil || words[1] == "0" || words[1] == "1" || words[2] == "0" || words[2] == "1" {
		return Process{}, a, fmt.Errorf("%w: hello %.80q", ErrGarbled, line)
	}
	return Process{words[1], words[2], words[3], words[4], strings.Trim(words[5], "-")}, a, nil
}

// Read reads what follows in an answer.
func (a *Answer) Read(to []byte) (int, error) { return a.from.Read(to) }

// WriteTo implements io.WriterTo, so that it is copied without a buffer more.
func (a *Answer) WriteTo(to io.Writer) (int64, error) { return a.from.WriteTo(to) }

// End is the text for /bin/sh that ends a process and its group: SIGTERM, the
// grace, SIGKILL. It answers none when there was no one, an end when there was, and
// running when someone is still there.
func (p Process) End(nonce string, grace time.Duration) (string, error) {
	if err := checked(nonce, ""); err != nil {
		return "", err
	}
	return fmt.Sprintf("main() {\nNONCE=%s PID=%s GROUP=%s BOOT=%s START=%s GRACE=%d\necho \"@$NONCE hello\"\n%s}\nmain\nexit 0\n",
		nonce, p.pid, p.group, p.boot, p.start, max(1, int(grace/time.Second)), end), nil
}
