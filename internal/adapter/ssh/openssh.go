package ssh

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// openSSH is the ssh of this machine, which is asked what an ssh_config says of a
// host. It is never given the team's files, but a copy that holds only what is
// followed here: no Match exec, and nothing else that it would run.
type openSSH struct {
	program string

	mu      sync.Mutex // guards what follows
	answers map[string]values
}

// The bounds of asking: names beyond them are worked out here alone, by the same rules.
const (
	mostAnswers = 20_000
	askTime     = 10 * time.Second
)

// findOpenSSH finds it once; nil is that it is not there.
var findOpenSSH = sync.OnceValue(func() *openSSH {
	program, err := exec.LookPath("ssh")
	if err != nil {
		return nil
	}
	return &openSSH{program: program, answers: map[string]values{}}
})

// ask is what OpenSSH says of a name, in the form of own, which is what was worked
// out here. It says whether there is an answer.
func (o *openSSH) ask(top *source, name string, own values) (values, bool) {
	if o == nil || len(own.word)+len(own.identities) == 0 || !validHost.MatchString(name) {
		return values{}, false
	}
	text := top.followed()
	sum := sha256.Sum256([]byte(text + "\x00" + name))
	key := string(sum[:])
	o.mu.Lock()
	answer, known := o.answers[key]
	full := len(o.answers) >= mostAnswers
	o.mu.Unlock()
	if known || full {
		return answer, known && answer.word != nil
	}
	answer, err := o.run(top, name, own)
	if err != nil {
		answer = values{} // not again for the same text
	}
	o.mu.Lock()
	o.answers[key] = answer
	o.mu.Unlock()
	return answer, err == nil
}

// run asks ssh -G once.
func (o *openSSH) run(top *source, name string, own values) (values, error) {
	dir, err := os.MkdirTemp("", "prentice-ssh-")
	if err != nil {
		return values{}, err
	}
	defer os.RemoveAll(dir)
	written := 0
	file, err := top.write(dir, &written)
	if err != nil {
		return values{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	c := exec.CommandContext(ctx, o.program, "-T", "-G", "-F", file, "--", name)
	c.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir}
	out, err := c.Output()
	if err != nil {
		return values{}, err
	}
	return answered(out, name, own), nil
}

// answered reads what ssh -G prints. What it would be anyway is not said of the
// host, unless the file says so.
func answered(out []byte, name string, own values) values {
	v := values{word: map[string]string{}}
	anyway := map[string]string{"hostname": name, "user": ourName(), "port": "22"}
	for line := range bytes.Lines(out) {
		word, value, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch {
		case !slices.Contains(followedWords, word):
		case word == "identityfile" && len(own.identities) == 0: // those that ssh tries by itself
		case word == "hostname" && strings.EqualFold(value, own.word[word]):
			v.set(word, own.word[word])
		case strings.EqualFold(anyway[word], value) && own.word[word] != value:
		default:
			v.set(word, value)
		}
	}
	return v
}

// followed is the text of a file with what it includes, as far as it is followed.
func (s *source) followed() string {
	var b strings.Builder
	s.print(&b, func(in *source) string { return "{" + in.followed() + "}" })
	return b.String()
}

// write puts the copy of a file and of what it includes into a folder.
func (s *source) write(dir string, written *int) (string, error) {
	*written++
	name := filepath.Join(dir, fmt.Sprint(*written))
	var b strings.Builder
	var failed error
	s.print(&b, func(in *source) string {
		at, err := in.write(dir, written)
		if err != nil {
			failed = err
		}
		return at
	})
	if failed != nil {
		return "", failed
	}
	return name, os.WriteFile(name, []byte(b.String()), 0o600)
}

// print writes the lines that are followed. A section that cannot be worked out
// without running something becomes one that fits no host.
func (s *source) print(b *strings.Builder, included func(*source) string) {
	for _, d := range s.lines {
		switch {
		case d.word == "include":
			for _, in := range d.included {
				fmt.Fprintf(b, "Include %s\n", quoted(included(in)))
			}
		case d.word == "match" && !workedOut(d.args):
			b.WriteString("Host !*\n")
		case slices.Contains(rawWords, d.word):
			fmt.Fprintf(b, "%s %s\n", d.word, d.args[0])
		default:
			b.WriteString(d.word)
			for _, a := range d.args {
				b.WriteString(" " + quoted(a))
			}
			b.WriteString("\n")
		}
	}
}

// workedOut says whether a Match line has only criteria that need no program.
func workedOut(args []string) bool {
	for i := 0; i < len(args); i++ {
		switch strings.ToLower(strings.TrimPrefix(args[i], "!")) {
		case "all", "canonical", "final":
		case "host", "originalhost", "user", "localuser":
			i++
		default:
			return false
		}
	}
	return true
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
