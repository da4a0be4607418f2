package mask_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"prentice/internal/kit/mask"
)

// Around a secret stands other text, so that it begins and ends anywhere in a line.
func TestWhatADumpShowsOfASecretIsHidden(t *testing.T) {
	programs := []string{"xxd", "xxd -u", "xxd -c 8", "xxd -c 7", "xxd -g 1", "xxd -g 4", "xxd -e", "xxd -e -g 2", "xxd -i", "xxd -b", "xxd -p", "hexdump", "hexdump -C", "hexdump -c", "hexdump -b", "hexdump -d", "hexdump -o", "hexdump -x", "hexdump -v -C",
		"od", "od -b", "od -c", "od -a", "od -d", "od -x", "od -tx1", "od -tx1z", "od -Ax -tx1z", "od -Ad -tx1", "od -tx2z", "od -tx4", "od -tx8", "od -tu1", "od -to1", "od -An -c", "od -An -tx1 -v"}
	for _, secret := range []string{"hunter2-rest-of-it-and-more", "sixteen-letters!", "grün & ŝekreta, \"43 21\" 7f 7f"} {
		for _, before := range []int{0, 1, 5, 9, 14, 15} {
			for _, program := range programs {
				name, _, _ := strings.Cut(program, " ")
				if _, err := exec.LookPath(name); err != nil {
					t.Logf("SKIPPED: no %s on this machine", name)
					continue
				}
				c := exec.Command("sh", "-c", program)
				c.Stdin = strings.NewReader(strings.Repeat("~", before) + secret + "~~~~~~~~~\n")
				out, err := c.CombinedOutput()
				if err != nil {
					t.Logf("SKIPPED: %s: %v: %s", program, err, out)
					continue
				}
				c = exec.Command("sh", "-c", program)
				c.Stdin = strings.NewReader(strings.Repeat("~", before+9) + "\n")
				bare, err := c.CombinedOutput()
				if err != nil {
					t.Fatal(err)
				}
				for _, width := range []int{1, 33, len(out)} {
					got := written(string(out), secret, width)
					if most := left(string(bare)) + room(program); !strings.Contains(got, mask.Mask) || left(got) > most {
						t.Errorf("%s of %d and %q, in pieces of %d: %d letters are left, at most %d may be\n%s\nbecame\n%s", program, before, secret, width, left(got), most, out, got)
					}
				}
			}
		}
	}
}

// room is how many letters and digits may be left of a dump, beside those of what is
// not secret: another line's beginning, and what shares a word with an edge of the
// secret.
func room(program string) int {
	switch {
	case strings.Contains(program, "tx8"):
		return 2*12 + 24
	case strings.Contains(program, "xxd -e"), strings.Contains(program, "tx4"):
		return 2*6 + 20
	case strings.Contains(program, "-b"), strings.Contains(program, "-o"), strings.Contains(program, "-d"), program == "od":
		return 40
	}
	return 20
}

func written(text, secret string, width int) string {
	var b strings.Builder
	w := mask.Writer(&b, []string{secret})
	for rest := text; rest != ""; rest = rest[min(width, len(rest)):] {
		w.Write([]byte(rest[:min(width, len(rest))])) //nolint:errcheck // a Builder takes everything
	}
	w.Close() //nolint:errcheck // as above
	return b.String()
}

func TestTheNumbersOfItsBytesAreHidden(t *testing.T) {
	const secret = "hunter2-rest"
	for _, text := range []string{fmt.Sprint([]byte(secret)), strings.ReplaceAll(fmt.Sprint([]byte(secret)), " ", ", ")} {
		if got := mask.String(text, []string{secret}); got != "•••]" {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func TestWhatStandsBesideADumpIsKept(t *testing.T) {
	const secret = "hunter2-rest"
	for _, text := range []string{"00000000: 7e7e 7e7e 7e7e  ~~~~~~\n", "10  41 of  42\n", "h   u   n   t   e   d\n", "a table  of  h   u   n\n"} {
		if got := mask.String(text, []string{secret}); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := mask.String("68756e746572322d72657374  and more\n", []string{secret}); got != "•••  and more\n" {
		t.Errorf("got %q", got)
	}
}
