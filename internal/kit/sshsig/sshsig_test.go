package sshsig_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"prentice/internal/kit/sshsig"
)

func signerOf(t *testing.T, seed string) ssh.Signer {
	t.Helper()
	sum := sha256.Sum256([]byte(seed))
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(sum[:]))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var content = []byte("tree 0\nauthor Ann <ann@example.org> 1 +0000\n\ncheckout: count once\n")

func TestASignatureIsOfItsContentAndOfNothingElse(t *testing.T) {
	ann := signerOf(t, "ann")
	good, err := sshsig.Sign(ann, content, "git")
	if err != nil {
		t.Fatal(err)
	}
	key, err := sshsig.By(good, content, "git")
	if err != nil || string(key.Marshal()) != string(ann.PublicKey().Marshal()) {
		t.Fatal(err)
	}
	file, _ := sshsig.Sign(ann, content, "file")
	for name, c := range map[string]struct{ armoured, content, says string }{
		"other content":   {good, string(content) + " ", "not a signature of this content"},
		"other namespace": {file, string(content), `for "file" and not for git`},
		"two of them":     {good + good, string(content), "something stands behind it"},
		"text before it":  {"x\n" + good, string(content), "it is no SSH signature"},
		"a header":        {strings.Replace(good, "-----\n", "-----\nA: b\n\n", 1), string(content), "it is no SSH signature"},
		"cut":             {good[:len(good)/2], string(content), "it is no SSH signature"},
		"one of OpenPGP":  {"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n", string(content), "it is no SSH signature"},
		"too long":        {good + strings.Repeat(" ", 20_000), string(content), "more than 16384 bytes"},
		"empty":           {"", string(content), "it is no SSH signature"},
	} {
		if _, err := sshsig.By(c.armoured, []byte(c.content), "git"); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	body := strings.Index(good, "\n") + 1
	for at := body; at < len(good)-80; at++ { // no byte of it may be another
		if good[at] == '\n' {
			continue
		}
		bad := []byte(good)
		if bad[at] = 'A'; good[at] == 'A' {
			bad[at] = 'B'
		}
		if key, err := sshsig.By(string(bad), content, "git"); err == nil && string(key.Marshal()) == string(ann.PublicKey().Marshal()) {
			t.Errorf("byte %d is not looked at", at)
		}
	}
}

func TestWeakKeysSignNothing(t *testing.T) {
	short, err := rsa.GenerateKey(weakly{}, 1024)
	if err != nil {
		t.Skip("SKIPPED: this Go makes no weak keys: " + err.Error())
	}
	s, err := ssh.NewSignerFromKey(short)
	if err != nil {
		t.Fatal(err)
	}
	armoured, err := sshsig.Sign(s, content, "git")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sshsig.By(armoured, content, "git"); err == nil || !strings.Contains(err.Error(), "made with") && !strings.Contains(err.Error(), "less than 2048 bits") {
		t.Error(err)
	}
}

// weakly is chance that costs nothing; a key of 1024 bits needs no better.
type weakly struct{}

func (weakly) Read(b []byte) (int, error) { return rand.Read(b) }

func TestWhoMaySignIsALineOfAFile(t *testing.T) {
	ann, bob := signerOf(t, "ann").PublicKey(), signerOf(t, "bob").PublicKey()
	line := func(key ssh.PublicKey) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) }
	noon := time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ file, says string }{
		{"ann@example.org " + line(ann), ""},
		{"# people\n\n*@example.org " + line(ann) + " a comment\n", ""},
		{`ann@example.org,ann@home.example namespaces="git" ` + line(ann), ""},
		{`"ann@example.org" valid-after="20270101",valid-before="20280101" ` + line(ann), ""},
		{"bob@example.org " + line(bob), "is no one's"},
		{"", "is no one's"},
		{"bob@example.org " + line(ann), "its key is that of bob@example.org, and its committer is ann@example.org"},
		{"!ann@example.org,*@example.org " + line(ann), "its committer is ann@example.org"},
		{`ann@example.org namespaces="file" ` + line(ann), "but not commits"},
		{`ann@example.org valid-before="20270501" ` + line(ann), "may not sign at that time"},
		{`ann@example.org valid-after="202705011201" ` + line(ann), "may not sign at that time"},
		{`* cert-authority ` + line(ann), "is no one's"},
		{"[a-z]*@example.org " + line(ann), "its committer is ann@example.org"},
	} {
		list, err := sshsig.Signers([]byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if says := sshsig.May(list, ann, "ann@example.org", "git", noon); !strings.Contains(says, c.says) || (says == "") != (c.says == "") {
			t.Errorf("%s: %q", c.file, says)
		}
	}
	for _, bad := range []string{"ann@example.org", "ann@example.org AAAA", "ann@example.org valid-after=soon " + line(ann), "ann@example.org verify-required " + line(ann)} {
		if _, err := sshsig.Signers([]byte("# one\n" + bad)); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestWhatOpenSSHSignsIsSigned(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("SKIPPED: there is no ssh-keygen on this machine")
	}
	dir := t.TempDir()
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		key, file := filepath.Join(dir, kind), filepath.Join(dir, kind+".txt")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"-q", "-t", kind, "-N", "", "-f", key}, {"-q", "-Y", "sign", "-n", "git", "-f", key, file}} {
			if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %s", err, out)
			}
		}
		armoured, err := os.ReadFile(file + ".sig")
		if err != nil {
			t.Fatal(err)
		}
		by, err := sshsig.By(string(armoured), content, "git")
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		public, err := os.ReadFile(key + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		if list, err := sshsig.Signers([]byte("ann@example.org " + string(public))); err != nil || sshsig.May(list, by, "ann@example.org", "git", time.Now()) != "" {
			t.Errorf("%s: %v %v", kind, list, err)
		}
	}
}
