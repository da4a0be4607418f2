package dsse_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"prentice/internal/kit/dsse"
	"prentice/internal/kit/needtest"
)

var (
	seed = bytes.Repeat([]byte{7}, ed25519.SeedSize)
	key  = ed25519.NewKeyFromSeed(seed)
	pub  = key.Public().(ed25519.PublicKey)
)

const kind = "application/vnd.example+json"

func TestThePreAuthenticationEncodingIsThatOfTheSpecification(t *testing.T) {
	got := string(dsse.PAE("http://example.com/HelloWorld", []byte("hello world")))
	if want := "DSSEv1 29 http://example.com/HelloWorld 11 hello world"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestASignedPayloadComesOutAsItWentIn(t *testing.T) {
	for _, file := range [][]byte{compact(), indented(t)} {
		e, err := dsse.Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Open(pub, kind)
		if err != nil || string(got) != `{"a":1}` {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func TestEveryChangedByteIsSeen(t *testing.T) {
	for _, file := range [][]byte{compact(), indented(t)} {
		for i := range file {
			for change := range 255 {
				forged := bytes.Clone(file)
				forged[i] ^= byte(change + 1)
				if opens(forged) {
					t.Fatalf("byte %d of %q changed to %q and no one saw it", i, file, forged[i])
				}
			}
		}
		for n := range file {
			if opens(file[:n]) {
				t.Fatalf("cut to %d of %d bytes and no one saw it", n, len(file))
			}
		}
	}
}

func TestTheSameMeaningInOtherBytesIsRefused(t *testing.T) {
	file := strings.TrimSpace(string(compact()))
	for name, forged := range map[string]string{
		"a space":             strings.Replace(file, `,"`, `, "`, 1) + "\n",
		"no line end":         file,
		"two line ends":       file + "\n\n",
		"an unknown key":      strings.Replace(file, `{"payload"`, `{"x":1,"payload"`, 1) + "\n",
		"a repeated key":      strings.Replace(file, `{"payload"`, `{"payload":"","payload"`, 1) + "\n",
		"a key in capitals":   strings.Replace(file, `"payload"`, `"PAYLOAD"`, 1) + "\n",
		"a needless escape":   strings.Replace(file, "application", `\u0061pplication`, 1) + "\n",
		"a second value":      file + "{}\n",
		"a second signature":  strings.Replace(file, `}]`, `},{"keyid":"x","sig":"eA=="}]`, 1) + "\n",
		"loose base64":        strings.Replace(file, `"payload":"`, `"payload":"\n`, 1) + "\n",
		"no signature at all": file[:strings.Index(file, `[`)] + "[]}\n",
	} {
		if opens([]byte(forged)) {
			t.Errorf("%s was not seen: %s", name, forged)
		}
	}
}

func TestAnEnvelopeSaysWhyItIsNotBelieved(t *testing.T) {
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	e := dsse.Sign(key, kind, []byte("x"))
	if _, err := e.Open(other, kind); !errors.Is(err, dsse.ErrKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := e.Open(pub, "text/plain"); !errors.Is(err, dsse.ErrType) {
		t.Errorf("another type: %v", err)
	}
	e.Payload = []byte("y")
	if _, err := e.Open(pub, kind); !errors.Is(err, dsse.ErrSignature) {
		t.Errorf("another payload: %v", err)
	}
	if _, err := e.Open(nil, kind); err == nil {
		t.Error("no key at all opened it")
	}
}

func TestKeysSurviveTheirFiles(t *testing.T) {
	back, err := dsse.ParsePrivate(dsse.EncodePrivate(key))
	if err != nil || !back.Equal(key) {
		t.Errorf("private: %v", err)
	}
	half, err := dsse.ParsePublic(dsse.EncodePublic(pub))
	if err != nil || !half.Equal(pub) {
		t.Errorf("public: %v", err)
	}
	if _, err := dsse.ParsePublic(dsse.EncodePrivate(key)); err == nil || !strings.Contains(err.Error(), "private key") {
		t.Errorf("the private half given for the public one: %v", err)
	}
	for _, damaged := range []string{"", "hello", string(dsse.EncodePublic(pub)) + "x", strings.Replace(string(dsse.EncodePublic(pub)), "MC", "MD", 1)} {
		if _, err := dsse.ParsePublic([]byte(damaged)); err == nil {
			t.Errorf("%q was taken for a key", damaged)
		}
	}
}

func TestOpensslAgreesAboutTheKeyAndItsName(t *testing.T) {
	openssl := needtest.Program(t, "openssl")
	file := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(file, dsse.EncodePublic(pub), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", openssl+" pkey -pubin -in "+file+" -outform DER | sha256sum").CombinedOutput()
	if err != nil || "sha256:"+strings.Fields(string(out))[0] != dsse.KeyID(pub) {
		t.Errorf("openssl says %s (%v), KeyID says %s", out, err, dsse.KeyID(pub))
	}
}

func FuzzNoOtherBytesAreBelieved(f *testing.F) {
	f.Add(compact())
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if opens(file) && !bytes.Equal(file, compact()) && !bytes.Equal(file, indented(t)) {
			t.Errorf("believed: %q", file)
		}
	})
}

func compact() []byte { return dsse.Sign(key, kind, []byte(`{"a":1}`)).Encode() }

func indented(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(compact()), "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func opens(file []byte) bool {
	e, err := dsse.Decode(file)
	if err != nil {
		return false
	}
	_, err = e.Open(pub, kind)
	return err == nil
}
