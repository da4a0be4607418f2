package git

import (
	"strings"
	"testing"

	"prentice"
)

func TestASignatureIsOfAllThatIsNoSignature(t *testing.T) {
	text := strings.Join([]string{
		"tree 1", "parent 2", "author Ann <ann@example.org> 1800000000 +0000", "committer Bob <bob@example.org> 1800000001 +0100",
		"gpgsig -----BEGIN SSH SIGNATURE-----", " AAAA", " ", " -----END SSH SIGNATURE-----",
		"gpgsig-sha256 -----BEGIN PGP SIGNATURE-----", " BBBB", "mergetag object 3", " gpgsig is only text here", "", "subject", "", "gpgsig body"}, "\n")
	for hash, want := range map[string]string{"sha1": "-----BEGIN SSH SIGNATURE-----\nAAAA\n\n-----END SSH SIGNATURE-----\n", "sha256": "-----BEGIN PGP SIGNATURE-----\nBBBB\n"} {
		w := &Work{hash: hash}
		c := w.commit("1", text)
		content := "tree 1\nparent 2\nauthor Ann <ann@example.org> 1800000000 +0000\ncommitter Bob <bob@example.org> 1800000001 +0100\nmergetag object 3\n gpgsig is only text here\n\nsubject\n\ngpgsig body"
		if c.Signature != want || string(c.Content) != content || !c.Signed || c.Committer != "bob@example.org" || c.Email != "ann@example.org" || c.Committed.Unix() != 1800000001 || len(c.Parents) != 1 || c.Message != "subject\n\ngpgsig body" {
			t.Errorf("%s: %q\n%q\n%+v", hash, c.Signature, c.Content, c)
		}
	}
	c := (&Work{hash: "sha256"}).commit("1", "tree 1\ngpgsig x\n\nm")
	if c.Signed || string(c.Content) != "tree 1\n\nm" {
		t.Errorf("a signature of other objects counts: %+v", c)
	}
}

func TestGpgvSaysGoodOnceOrItIsNot(t *testing.T) {
	valid := "[GNUPG:] VALIDSIG AA 2026-11-30 1 0 4 0 22 10 00 FINGERPRINT\n"
	for _, c := range []struct {
		status   string
		well     bool
		by, says string
	}{
		{"[GNUPG:] GOODSIG 1 Ann\n" + valid, true, "FINGERPRINT", ""},
		{"[GNUPG:] GOODSIG 1 Ann\n" + valid, false, "", "not a signature of this content"},
		{"[GNUPG:] GOODSIG 1 Ann\n[GNUPG:] GOODSIG 2 Bob\n" + valid, true, "", "not a signature of this content"},
		{"[GNUPG:] EXPKEYSIG 1 Ann\n" + valid, true, "", "its key has expired"},
		{"[GNUPG:] REVKEYSIG 1 Ann\n" + valid, true, "", "its key was revoked"},
		{"[GNUPG:] BADSIG 1 Ann\n", false, "", "not a signature of this content"},
		{"[GNUPG:] ERRSIG 1\n[GNUPG:] NO_PUBKEY 1\n", false, "", "its key is no one's"},
		{"", true, "", "not a signature of this content"},
	} {
		by, err := judged(c.status, c.well)
		if by != c.by || (err == nil) != (c.says == "") || err != nil && (prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q: %q %v", c.status, by, err)
		}
	}
}
