package mask_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"prentice/internal/kit/mask"
)

const secret = `p'ss/w"rd+&=<42>`

func TestASecretIsHiddenInEveryForm(t *testing.T) {
	html, _ := json.Marshal(secret)
	cases := map[string]string{
		"plain":               secret,
		"twice":               secret + " " + secret,
		"base64":              base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 for URLs":     base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"URL query":           url.QueryEscape(secret),
		"URL path":            url.PathEscape(secret),
		"URL, small digits":   strings.ToLower(url.QueryEscape(secret)),
		"JSON":                string(html),
		"JSON without HTML":   `p'ss/w\"rd+&=<42>`,
		"JSON, slash escaped": `p'ss\/w\"rd+&=<42>`,
		"hexadecimal":         hex.EncodeToString([]byte(secret)),
		"a traced shell":      `p'"'"'ss/w"rd+&=<42>`,
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			got := mask.String("before "+text+" after", []string{secret})
			got = strings.ReplaceAll(got, `"•••"`, "•••")
			if strings.Trim(got, "• ") != "before • after" && strings.ReplaceAll(got, "••• •••", "•••") != "before ••• after" {
				t.Errorf("%q became %q", text, got)
			}
		})
	}
}

func TestASecretBeyondASCIIIsHiddenInEveryForm(t *testing.T) {
	const secret = `grün"🔑/öffner`
	for _, text := range []string{secret, `gr\u00fcn\"\ud83d\udd11/\u00f6ffner`, `gr\u00FCn\"\uD83D\uDD11/\u00F6ffner`, `grün\\\"🔑/öffner`, url.QueryEscape(secret)} {
		if got := mask.String(text, []string{secret}); got != mask.Mask {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestASecretInsideABasicAuthHeaderIsHidden(t *testing.T) {
	for _, user := range []string{"a", "bo", "ann", "carl"} {
		header := base64.StdEncoding.EncodeToString([]byte(user + ":" + secret))
		got := mask.String(header, []string{secret})
		if !strings.Contains(got, mask.Mask) || len(strings.ReplaceAll(got, mask.Mask, "")) > len(user)*2+6 {
			t.Errorf("user %s: %s became %s", user, header, got)
		}
	}
}

func TestALongSecretIsHiddenWhenItsBase64IsWrapped(t *testing.T) {
	long := strings.Repeat("0123456789abcdef!", 12)
	text := base64.StdEncoding.EncodeToString([]byte(long))
	for _, width := range []int{64, 76} {
		var wrapped strings.Builder
		for i := 0; i < len(text); i += width {
			wrapped.WriteString(text[i:min(i+width, len(text))] + "\n")
		}
		if got := mask.String(wrapped.String(), []string{long}); strings.Trim(got, "•\n") != "" {
			t.Errorf("at %d: %q", width, got)
		}
	}
}

func TestEachLineOfAKeyIsHidden(t *testing.T) {
	key := "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\nu4XhTqk2Yc\n-----END KEY-----\n"
	if got := mask.String("cat: MIIEowIBAAKCAQEA and u4XhTqk2Yc", []string{key}); got != "cat: ••• and •••" {
		t.Errorf("got %q", got)
	}
}

func TestWhatOverlapsIsHiddenAltogether(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"one begins inside the other", "xpassword", "•••"},
		{"one is the beginning of the other", "xpass", "•••"},
		{"side by side", "xpasspassword", "••••••"},
		{"apart", "xpass password", "••• •••"},
		{"nearly", "xpas passwor", "xpas passwor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mask.String(c.text, []string{"xpass", "password"}); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAShortValueIsNoSecret(t *testing.T) {
	if got := mask.String("a yes is a yes", []string{"yes", "", "a"}); got != "a yes is a yes" {
		t.Errorf("got %q", got)
	}
}

func TestHarmlessTextIsNotKeptBack(t *testing.T) {
	var out bytes.Buffer
	w := mask.Writer(&out, []string{strings.Repeat("s3cret", 100)})
	for _, p := range []string{"ready", "> ", "next"} {
		if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
			t.Fatal(n, err)
		}
	}
	if out.String() != "ready> next" {
		t.Errorf("before Close only %q is there", out.String())
	}
}

func TestAFailingWriterIsTold(t *testing.T) {
	full := errors.New("the disk is full")
	w := mask.Writer(failing{full}, []string{"password"})
	if _, err := w.Write([]byte("text")); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if err := w.Close(); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzMaskedOutputNeverHoldsASecret plants two secrets in several forms and
// writes the whole in pieces of any size.
func FuzzMaskedOutputNeverHoldsASecret(f *testing.F) {
	f.Add("hunter2", "password", "user=", "&x=1", uint8(1))
	f.Add("aaaa", "aaaaaaab", "aaa", "aab", uint8(3))
	f.Add("sh/\"x", "x\"/hs\n", "", "sh/", uint8(200))
	f.Fuzz(func(t *testing.T, one, two, before, after string, size uint8) {
		if len(one) < mask.MinLen || len(two) < mask.MinLen || strings.ContainsAny(one+two, "•") || !asciiOnly(one+two) {
			t.Skip("no secret, or one made of the mask itself")
		}
		b64 := base64.StdEncoding.EncodeToString([]byte(before + one + after))
		text := before + one + after + two + before + url.QueryEscape(two) + after + base64.URLEncoding.EncodeToString([]byte(two)) + b64
		var out bytes.Buffer
		w := mask.Writer(&out, []string{one, two})
		for rest := []byte(text); len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, never := range []string{one, two, url.QueryEscape(two), base64.URLEncoding.EncodeToString([]byte(two))} {
			if strings.Contains(out.String(), never) {
				t.Fatalf("%q is still in %q", never, out.String())
			}
		}
		if whole := mask.String(text, []string{one, two}); whole != out.String() {
			t.Fatalf("in pieces of %d: %q, at once: %q", int(size)+1, out.String(), whole)
		}
	})
}

func asciiOnly(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func BenchmarkMask(b *testing.B) {
	secrets := []string{"hunter2-hunter2", "correct horse battery staple", "ghp_abcdefghijklmnopqrstuvwxyz", strings.Repeat("k", 2000), "another/one"}
	text := []byte(strings.Repeat("12:04:10 checkout answered 200 in 13 ms to GET /basket?id=42\n", 100_000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		w := mask.Writer(discard{}, secrets)
		w.Write(text) //nolint:errcheck // discard takes everything
		w.Close()     //nolint:errcheck // as above
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
