package githost

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
)

// The hooks only carry what git says to the process that began it, and what that answers
// back: by descriptors that git's children inherit, so that there is no address which
// another could speak to, no secret in an environment, and no program that an upgrade could
// take away. What is pushed reaches the shell as bytes, and is never a word of it.
var hooks = map[string]string{
	"pre-receive": `#!/bin/sh
# Written by prentice at each start.
{
	printf '%s\0' "$GIT_QUARANTINE_PATH" "${GIT_PUSH_OPTION_COUNT:-0}"
	i=0
	while [ "$i" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
		eval "printf '%s\\0' \"\$GIT_PUSH_OPTION_$i\""
		i=$((i + 1))
	done
	cat
	printf '\0'
} >&4 || exit 1
IFS= read -r code <&3 || exit 1
while IFS= read -r line && [ "$line" != . ]; do
	printf '%s\n' "$line"
done <&3 >&2
[ "$code" = 0 ]
`,
	"proc-receive": `#!/bin/sh
# Written by prentice at each start.
exec 6<&0 # what runs beside a shell has no input but one that it is given
cat <&3 &
answers=$!
cat <&6 >&4 &
while IFS= read -r line; do
	printf '%s\n' "$line"
done <&5 >&2
wait $!
kill "$answers" 2>/dev/null
wait # who is not waited for is left to another, and git's group is not empty for that long
exit 0
`,
}

// Prepare writes the hooks. Nothing is served before.
func (h *Host) Prepare() error {
	dir := filepath.Join(h.Own, "hooks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cannotWrite(dir, err)
	}
	for name, text := range hooks {
		temp := filepath.Join(dir, ".new-"+name)
		if err := os.WriteFile(temp, []byte(text), 0o700); err != nil { //nolint:gosec // a hook is run
			return cannotWrite(dir, err)
		}
		if err := errors.Join(os.Chmod(temp, 0o700), os.Rename(temp, filepath.Join(dir, name))); err != nil { //nolint:gosec // a hook is run
			return cannotWrite(dir, err)
		}
	}
	return nil
}

// talk is what is said between the hooks of one push and us.
type talk struct {
	host   *Host
	push   push.Push
	dir    string
	from   *bufio.Reader // what the hooks say
	answer io.Writer
	says   io.WriteCloser // to the one who pushes
	judged bool
}

// hold speaks with both hooks, one after the other, until git has ended.
func (t *talk) hold(ctx context.Context) error {
	defer t.says.Close()
	if err := t.judge(ctx); err != nil {
		return err
	}
	err := t.take(ctx)
	if errors.Is(err, io.EOF) {
		return nil // there was nothing to take
	}
	return err
}

const mostOptions, mostOption = 32, 1024

// judge reads what pre-receive says, and says whether the push goes on.
func (t *talk) judge(ctx context.Context) error {
	quarantine, err := t.word(4096)
	if err != nil {
		return err
	}
	count, err := t.word(16)
	n, bad := strconv.Atoi(count)
	if err = errors.Join(err, bad); err != nil {
		return err
	}
	var refused []push.Refusal
	for range n {
		o, err := t.word(1 << 20)
		if err != nil {
			return err
		}
		t.push.Options = append(t.push.Options, o)
	}
	if r := options(t.push.Options); r != nil {
		refused = append(refused, *r)
	}
	if err := t.commands(); err != nil {
		return err
	}
	if quarantine == "" && t.deletes() { // it brings nothing
		quarantine = filepath.Join(t.dir, "objects")
	} else if !t.quarantined(quarantine) {
		return t.verdict(nil, prentice.Errorf(prentice.Internal, "the push is not in quarantine"))
	}
	if len(refused) > 0 {
		return t.verdict(refused, nil)
	}
	objects, end := t.host.Objects(t.dir, quarantine)
	t.push.Objects = objects
	answers, err := t.host.Receiver.Judge(ctx, t.push)
	t.push.Objects = nil
	err = errors.Join(err, end())
	for _, a := range answers {
		if a.Refused != nil {
			refused = append(refused, *a.Refused)
		}
	}
	if err == nil && len(answers) != len(t.push.Commands) {
		err = prentice.Errorf(prentice.Internal, "not every ref has an answer")
	}
	return t.verdict(refused, err)
}

// quarantined says whether a path is a folder that git made for what comes in.
func (t *talk) quarantined(path string) bool {
	return filepath.Dir(path) == filepath.Join(t.dir, "objects") && strings.Contains(filepath.Base(path), "incoming-")
}

// deletes says whether all that the push does is to delete.
func (t *talk) deletes() bool {
	return !slices.ContainsFunc(t.push.Commands, func(c push.Command) bool { return !c.Deletes() })
}

// options refuses push options that no one should send.
func options(list []string) *push.Refusal {
	if len(list) > mostOptions {
		return &push.Refusal{Rule: "push/options", Says: fmt.Sprintf("%d push options, and at most %d are taken", len(list), mostOptions), Remedy: "give fewer of them"}
	}
	for _, o := range list {
		if len(o) > mostOption || push.Plain(o) != o {
			return &push.Refusal{Rule: "push/options", Says: fmt.Sprintf("the push option %q holds characters that are not taken, or more than %d bytes", clip.Text(push.Plain(o)), mostOption), Remedy: "give it in plain text"}
		}
	}
	return nil
}

// word reads up to a zero byte.
func (t *talk) word(most int) (string, error) {
	var b strings.Builder
	for {
		c, err := t.from.ReadByte()
		switch {
		case err != nil:
			return "", err
		case c == 0:
			return b.String(), nil
		case b.Len() == most:
			return "", errPkt
		}
		b.WriteByte(c)
	}
}

// commands reads the lines in which pre-receive is told what is to move.
func (t *talk) commands() error {
	all, err := t.word(16 << 20)
	if err != nil {
		return err
	}
	for line := range strings.Lines(all) {
		part := strings.SplitN(trimEnd(line), " ", 3)
		if len(part) != 3 || len(t.push.Commands) == mostLines {
			return errPkt
		}
		t.push.Commands = append(t.push.Commands, push.Command{Old: part[0], New: part[1], Ref: part[2]})
	}
	return nil
}

// mostSaid is how many refusals are told in full.
const mostSaid = 20

// verdict answers pre-receive.
func (t *talk) verdict(refused []push.Refusal, err error) error {
	var b strings.Builder
	switch {
	case err != nil:
		b.WriteString("1\n" + lines(t.host.explained(err)))
	case len(refused) > 0:
		b.WriteString("1\nprentice refuses this push, and keeps nothing of it.\n")
		for _, r := range refused[:min(len(refused), mostSaid)] {
			b.WriteString(lines(r.Text(t.push.Repository)))
		}
		if n := len(refused) - mostSaid; n > 0 {
			fmt.Fprintf(&b, "and %d more\n", n)
		}
	default:
		b.WriteString("0\n")
		t.judged = true
	}
	b.WriteString(".\n")
	_, writeErr := io.WriteString(t.answer, b.String())
	return errors.Join(err, writeErr)
}

// lines is a text in which no line is the one that ends it.
func lines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		line = push.Plain(trimEnd(line))
		if line == "." {
			line = " ."
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// take speaks with proc-receive: what is no change is moved by git as it was asked.
func (t *talk) take(ctx context.Context) error {
	hello, err := readPkts(t.from)
	if err != nil {
		return err
	}
	if !t.judged || len(hello) != 1 || !strings.HasPrefix(hello[0], "version=1") {
		return errPkt
	}
	out := bufio.NewWriter(t.answer)
	if err := errors.Join(writePkt(out, "version=1\x00push-options atomic"), writeFlush(out), out.Flush()); err != nil {
		return err
	}
	asked, err := readPkts(t.from)
	if err != nil {
		return err
	}
	if strings.Contains(hello[0], "push-options") {
		if _, err := readPkts(t.from); err != nil { // they are known
			return err
		}
	}
	mine, err := t.among(asked)
	if err != nil {
		return err
	}
	p := t.push
	p.Commands = mine
	answers, err := t.host.Receiver.Take(ctx, p)
	for _, c := range mine {
		t.reply(out, c, answers, err)
	}
	if err != nil && t.host.Log != nil {
		t.host.Log.Warn("a push", "repository", p.Repository, "by", p.By.Ref(), "err", err)
	}
	t.says.Close()
	return errors.Join(writeFlush(out), out.Flush())
}

// among are the commands that proc-receive names, which pre-receive named before.
func (t *talk) among(asked []string) (list []push.Command, err error) {
	for _, line := range asked {
		part := strings.SplitN(line, " ", 3)
		if len(part) != 3 {
			return nil, errPkt
		}
		c := push.Command{Old: part[0], New: part[1], Ref: part[2]}
		known := false
		for _, k := range t.push.Commands {
			known = known || k == c
		}
		if !known {
			return nil, errPkt
		}
		list = append(list, c)
	}
	return list, nil
}

// reply answers one command.
func (t *talk) reply(out io.Writer, c push.Command, answers []push.Answer, err error) {
	var answer *push.Answer
	for i := range answers {
		if answers[i].Ref == c.Ref {
			answer = &answers[i]
		}
	}
	refuse := func(why string) { writePkt(out, "ng "+c.Ref+" "+why) } //nolint:errcheck // the flush says it
	switch {
	case err != nil:
		io.WriteString(t.says, lines(t.host.explained(err))) //nolint:errcheck // the reason is in the answer too
		refuse("not taken")
	case answer == nil:
		refuse("not taken")
	case answer.Refused != nil:
		io.WriteString(t.says, lines(answer.Refused.Text(""))) //nolint:errcheck // as above
		refuse(push.Plain(answer.Refused.Rule))
	case len(answer.As) == 0:
		writePkt(out, "ok "+c.Ref)           //nolint:errcheck // as above
		writePkt(out, "option fall-through") //nolint:errcheck // as above
	default:
		for _, m := range answer.As {
			writePkt(out, "ok "+c.Ref)             //nolint:errcheck // as above
			writePkt(out, "option refname "+m.Ref) //nolint:errcheck // as above
			writePkt(out, "option old-oid "+m.Old) //nolint:errcheck // as above
			writePkt(out, "option new-oid "+m.New) //nolint:errcheck // as above
		}
		if answer.Says != "" {
			io.WriteString(t.says, lines(answer.Says)) //nolint:errcheck // it is only told
		}
	}
}
