package mask_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"strings"
	"testing"

	"prentice/internal/kit/mask"
)

// folds writes a text in lines.
func folds(text string, width int, end string) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + end)
		text = text[width:]
	}
	return b.String() + text
}

// torn are the ways in which programs tear a secret apart, or turn it into something
// that a person can still read.
func torn(secret string) map[string]string {
	half := len(secret) / 2
	all := map[string]string{
		"coloured in the middle":   secret[:half] + "\x1b[0m\x1b[31;1m" + secret[half:],
		"coloured in each place":   folds(secret, 1, "\x1b[01;31m\x1b[K"),
		"a link inside":            secret[:half] + "\x1b]8;;http://x\x1b\\" + secret[half:],
		"a title inside":           secret[:half] + "\x1b]0;title\x07" + secret[half:],
		"zero bytes, as UTF-16":    folds(secret, 1, "\x00"),
		"carriage returns":         folds(secret, 3, "\r"),
		"backspaces":               folds(secret, 2, "\b"),
		"hex with spaces":          folds(hex.EncodeToString([]byte(secret)), 2, " "),
		"hex with colons":          folds(hex.EncodeToString([]byte(secret)), 2, ":"),
		"hex escapes":              `\x` + folds(hex.EncodeToString([]byte(secret)), 2, `\x`),
		"hex for C":                "0x" + folds(hex.EncodeToString([]byte(secret)), 2, ", 0x"),
		"od in lines of four":      "0000000 " + folds(folds(hex.EncodeToString([]byte(secret)), 2, " "), 12, "\n0000004 "),
		"base32":                   base32.StdEncoding.EncodeToString([]byte(secret)),
		"base64 in lines of four":  folds(base64.StdEncoding.EncodeToString([]byte(secret)), 4, "\n"),
		"base64 in lines, as JSON": folds(base64.StdEncoding.EncodeToString([]byte(secret)), 5, `\n`),
		"base64, indented":         folds(base64.StdEncoding.EncodeToString([]byte(secret)), 7, "\n    "),
		"quoted by Go":             fmt.Sprintf("%+q", secret),
		"HTML":                     html.EscapeString(secret),
		"double quotes of a shell": strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(secret),
	}
	for offset := range 3 {
		for _, width := range []int{64, 76} {
			long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", 57-half) + strings.Repeat("y", offset) + secret + "z"))
			all[fmt.Sprintf("base64 at offset %d in lines of %d", offset, width)] = folds(long, width, "\n")
		}
	}
	return all
}

// left is what of a text is still to be read, of letters and digits, when the known
// words around the secret are taken out.
func left(text string) int {
	n := 0
	for _, c := range text {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

func TestASecretThatIsTornApartIsHidden(t *testing.T) {
	for _, secret := range []string{"hunter2-rest", `correct horse $tage & "co" <42>`, "s3cr3t/with+all=the'things\\there"} {
		for name, text := range torn(secret) {
			for _, width := range []int{1, 7, len(text)} {
				var b strings.Builder
				w := mask.Writer(&b, []string{secret})
				for rest := text; rest != ""; rest = rest[min(width, len(rest)):] {
					w.Write([]byte(rest[:min(width, len(rest))])) //nolint:errcheck // a Builder takes everything
				}
				w.Close() //nolint:errcheck // as above
				most := 9 // an offset, or what a byte beside the secret shares its letters with
				if strings.HasPrefix(name, "base64 at") {
					most = 80
				}
				if got := b.String(); !strings.Contains(got, mask.Mask) || left(got) > most {
					t.Errorf("%s, in pieces of %d: %q became %q", name, width, text, got)
				}
			}
		}
	}
}

func TestWhatShellsAndPythonPrintOfASecretIsHidden(t *testing.T) {
	for _, secret := range []string{"correct horse battery", `pa"ss $word\back`, "it's `quoted` & <more>", "tab\there and\nthere too", "semi;colon*star?{brace}~"} {
		for name, argv := range map[string][]string{
			"bash %q":           {"bash", "-c", `printf '%q' "$1"`, "x"},
			"bash declare -p":   {"bash", "-c", `S=$1; declare -p S`, "x"},
			"bash export -p":    {"bash", "-c", `export S="$1"; export -p | grep ' S='`, "x"},
			"bash set":          {"bash", "-c", `S=$1; set | grep -A1 ^S=`, "x"},
			"bash @Q":           {"bash", "-c", `echo "${1@Q}"`, "x"},
			"bash -x":           {"bash", "-xc", `: "$1"`, "x"},
			"dash -x":           {"dash", "-xc", `: "$1"`, "x"},
			"dash export -p":    {"dash", "-c", `export S="$1"; export -p | grep -A1 ' S='`, "x"},
			"od -tx1":           {"sh", "-c", `printf %s "$1" | od -tx1`, "x"},
			"od -An -tx1":       {"sh", "-c", `printf %s "$1" | od -An -tx1 -v`, "x"},
			"od in one line":    {"sh", "-c", `printf %s "$1" | od -An -tx1 -v -w256`, "x"},
			"as xxd -p does":    {"sh", "-c", `printf %s "$1" | od -An -tx1 -v | tr -d ' '`, "x"},
			"in one word":       {"sh", "-c", `printf %s "$1" | od -An -tx1 -v | tr -d ' \n'`, "x"},
			"python hex":        {"python3", "-c", `import sys; print(sys.argv[1].encode().hex())`},
			"python hex upper":  {"python3", "-c", `import sys; print(sys.argv[1].encode().hex().upper())`},
			"python hex colons": {"python3", "-c", `import sys; print(sys.argv[1].encode().hex(":"))`},
			"base64 -w 8":       {"sh", "-c", `printf %s "$1" | base64 -w 8`, "x"},
			"base32":            {"sh", "-c", `printf %s "$1" | base32`, "x"},
			"grep --color":      {"sh", "-c", `printf '%s\n' "$1" | grep --color=always -e or -e ss -e quo -e too -e col`, "x"},
			"python repr":       {"python3", "-c", `import sys; print(repr(sys.argv[1]))`},
			"python repr bytes": {"python3", "-c", `import sys; print(sys.argv[1].encode())`},
			"python json":       {"python3", "-c", `import sys, json; print(json.dumps(sys.argv[1]))`},
		} {
			if _, err := exec.LookPath(argv[0]); err != nil {
				t.Logf("SKIPPED: no %s on this machine", argv[0])
				continue
			}
			cmd := exec.Command(argv[0], append(argv[1:], secret)...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // a shell prints what it inherited beside the secret
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v: %s", name, err, out)
			}
			if got := mask.String(string(out), []string{secret}); !strings.Contains(got, mask.Mask) || left(got) > 28 {
				t.Errorf("%s of %q: %q became %q", name, secret, out, got)
			}
		}
	}
}

func TestACredentialInAJSONSecretIsHiddenAlone(t *testing.T) {
	key := "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n"
	account, err := json.Marshal(map[string]any{"type": "service_account", "project_id": "shop-prod", "private_key": key, "nested": []any{map[string]string{"client_secret": "abcdefgh12"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{key, "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj", strings.ReplaceAll(key, "\n", `\n`), "abcdefgh12", folds("abcdefgh12", 3, "\x1b[0m")} {
		if got := mask.String(text, []string{string(account)}); !strings.Contains(got, mask.Mask) || strings.Contains(got, "MIIE") || strings.Contains(got, "abc") {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := mask.String("service_account of shop-prod", []string{string(account)}); got != "service_account of shop-prod" {
		t.Errorf("what is no credential is hidden: %q", got)
	}
}

func TestNoStrangerDecidesHowMuchIsKeptBack(t *testing.T) {
	var b strings.Builder
	w := mask.Writer(&b, []string{"hunter2-rest"})
	flood := "h" + strings.Repeat("\x1b[0m", 1<<20)
	w.Write([]byte(flood)) //nolint:errcheck // a Builder takes everything
	if kept := len(flood) - b.Len(); kept > 64<<10 {
		t.Errorf("%d bytes are kept back", kept)
	}
}

func FuzzATornSecretIsNeverPrinted(f *testing.F) {
	f.Add("hunter2-rest", 3, 5)
	f.Add("correct horse", 1, 2)
	f.Fuzz(func(t *testing.T, secret string, piece, at int) {
		if len(secret) < 8 || len(secret) > 200 || left(secret) < len(secret) || piece < 1 {
			t.Skip()
		}
		for name, text := range torn(secret) {
			if strings.HasPrefix(name, "base64 at") {
				continue
			}
			var b strings.Builder
			w := mask.Writer(&b, []string{secret})
			for rest := text; rest != ""; rest = rest[min(piece, len(rest)):] {
				w.Write([]byte(rest[:min(piece, len(rest))])) //nolint:errcheck // a Builder takes everything
			}
			w.Close() //nolint:errcheck // as above
			if got := b.String(); left(got) > 9 {
				t.Errorf("%s: %q became %q", name, text, got)
			}
		}
	})
}
