package githost

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"prentice/internal/engine/push"
)

func TestWhereARepositoryLiesIsHidden(t *testing.T) {
	const path = "/srv/prentice/repositories"
	text := "error: Unable to create '" + path + "/shop.git/refs/heads/x.lock': File exists\n" + path + "\nand /srv/prent"
	report := pkt("\x01" + pkt("unpack ok\n") + pkt("ok refs/heads/x\n") + "0000")
	for size := 1; size < 200; size++ {
		var said bytes.Buffer
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			said.WriteString(pkt("\x02" + rest[:n]))
			rest = rest[n:]
		}
		all := pkt("0123456789 refs/heads/main\x00report-status") + "0000" + said.String() + report + "0000"
		var out bytes.Buffer
		h := &hiding{out: &out, path: path}
		for rest := all; rest != ""; { // as it comes
			n := min(7, len(rest))
			if _, err := fmt.Fprint(h, rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		if strings.Contains(got, path) || !strings.HasSuffix(got, report+"0000") || !strings.HasPrefix(got, all[:40]) {
			t.Fatalf("in pieces of %d: %q", size, got)
		}
		if plain := peopled(got); plain != strings.ReplaceAll(text, path, "SERVER") {
			t.Fatalf("in pieces of %d people read %q", size, plain)
		}
	}
}

// peopled is what is for people in lines of the protocol.
func peopled(s string) string {
	var b strings.Builder
	for len(s) >= 4 {
		var n int
		fmt.Sscanf(s[:4], "%04x", &n) //nolint:errcheck // a bad one ends it
		if n = max(n, 4); n > len(s) {
			break
		}
		if n > 5 && s[4] == 2 {
			b.WriteString(s[5:n])
		}
		s = s[n:]
	}
	return b.String()
}

func FuzzWhatReceivePackSaysIsPassedOn(f *testing.F) {
	f.Add([]byte("000e\x02/srv/x/y\n0000"))
	f.Add([]byte("zzzz\x02"))
	f.Add([]byte("0001000200030004"))
	f.Add([]byte("ffff\x02/srv/x"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var out bytes.Buffer
		h := &hiding{out: &out, path: "/srv/x"}
		for len(raw) > 0 {
			n := min(3, len(raw))
			if _, err := h.Write(raw[:n]); err != nil {
				t.Fatal(err)
			}
			raw = raw[n:]
		}
		if err := h.end(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(peopled(out.String()), "/srv/x") {
			t.Fatalf("%q", out.String())
		}
	})
}

// nowhere is where what is said to people goes in this test.
type nowhere struct{ bytes.Buffer }

func (*nowhere) Close() error { return nil }

func FuzzWhatHooksSayMovesNothingByItself(f *testing.F) {
	quarantine := "/srv/x/shop.git/objects/tmp_objdir-incoming-1"
	move := strings.Repeat("0", 40) + " " + strings.Repeat("a", 40) + " refs/heads/x"
	f.Add([]byte(quarantine + "\x000\x00" + move + "\n\x00" + pkt("version=1\x00push-options atomic") + "0000" + pkt(move) + "0000" + "0000"))
	f.Add([]byte("0\x00-0\x00  \x00"))
	f.Add([]byte(quarantine + "\x00-1\x00" + move + "\n\x00"))
	f.Add([]byte(quarantine + "\x0099999999999999999999\x00"))
	f.Add([]byte("\x000\x00" + move + "\n\x00"))
	f.Add([]byte(quarantine + "\x001\x00a\x1b\x00" + move + "\n\x00ffff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h := New("/srv/x", t.TempDir())
		j := &judge{refuse: map[string]push.Refusal{}, as: map[string][]push.Moved{}}
		h.Receiver = j
		h.Objects = func(string, string) (push.Objects, func() error) { return nothing{}, func() error { return nil } }
		var answers bytes.Buffer
		k := &talk{host: h, dir: "/srv/x/shop.git", from: bufio.NewReader(bytes.NewReader(raw)), answer: &answers, says: &nowhere{}}
		k.hold(t.Context()) //nolint:errcheck // what it says of nonsense is its own
		if strings.HasPrefix(answers.String(), "0\n") && len(j.seen) == 0 {
			t.Fatalf("a push goes on that no one judged: %q", answers.String())
		}
		for _, c := range k.push.Commands {
			if strings.Contains(answers.String(), pkt("ok "+c.Ref)) && !k.judged {
				t.Fatalf("a ref moves that no one judged: %q", answers.String())
			}
		}
	})
}
