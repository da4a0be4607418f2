package artifact_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB) (*artifact.Store, ed25519.PublicKey, *int) {
	t.Helper()
	if err := d.Migrate(context.Background(), "artifact", artifact.Schema()); err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	noted := 0
	return &artifact.Store{DB: d, Content: artifact.Content{Dir: t.TempDir(), Most: 1 << 20},
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error { noted += len(notes); return nil },
		Attest: func(s []byte) []byte {
			return dsse.Sign(private, "application/vnd.in-toto+json", s).Encode()
		}}, public, &noted
}

func TestTheSameBytesTwiceAreOneArtefact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, key, noted := open(t, d)
		digest, size, err := s.Content.Take(strings.NewReader("a program"), "")
		if err != nil || size != 9 {
			t.Fatal(size, err)
		}
		made := artifact.Artifact{Digest: digest, Kind: artifact.File, Name: "shop", Size: size, Service: "shop", Repository: "shop", Revision: strings.Repeat("a", 40), Checks: []int64{3}, By: "person/ann"}
		results := make([]artifact.Artifact, 8)
		for _, err := range dbtest.Together(8, func(i int) (err error) {
			results[i], _, err = s.Add(context.Background(), noon, made, []byte("bill"))
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range results {
			if a.Number != results[0].Number {
				t.Errorf("artefacts %d and %d of the same bytes", a.Number, results[0].Number)
			}
		}
		list, err := s.Of(t.Context(), "shop", "", 10)
		if err != nil || len(list) != 1 || *noted != 1 {
			t.Fatalf("%d artefacts, %d lines of evidence, %v", len(list), *noted, err)
		}
		envelope, err := s.Content.Read(list[0].Provenance, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if err := artifact.Believe([]ed25519.PublicKey{key}, list[0], envelope); err != nil {
			t.Errorf("its provenance is not believed: %v", err)
		}
		other := list[0]
		other.Revision = strings.Repeat("b", 40)
		if err := artifact.Believe([]ed25519.PublicKey{key}, other, envelope); err == nil {
			t.Error("a provenance of another revision is believed")
		}
		stranger, _, _ := ed25519.GenerateKey(nil)
		if err := artifact.Believe([]ed25519.PublicKey{stranger}, list[0], envelope); err == nil {
			t.Error("a provenance of another key is believed")
		}
	})
}

func TestBytesThatAreNotWhatTheyWereSaidToBeAreNotKept(t *testing.T) {
	c := artifact.Content{Dir: t.TempDir(), Most: 10}
	if _, _, err := c.Take(strings.NewReader("one"), prentice.Digest([]byte("two"))); prentice.KindOf(err) != prentice.Conflict {
		t.Error(err)
	}
	if _, _, err := c.Take(strings.NewReader("eleven byte"), ""); prentice.KindOf(err) != prentice.Limited {
		t.Error(err)
	}
	if _, _, err := c.Take(bytes.NewReader(nil), ""); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
	left, err := os.ReadDir(c.Dir)
	if err != nil || len(left) != 0 {
		t.Errorf("%d things are left, %v", len(left), err)
	}
}

func TestDamagedBytesAreSeen(t *testing.T) {
	c := artifact.Content{Dir: t.TempDir()}
	digest, _, err := c.Take(strings.NewReader("a program"), "")
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.TrimPrefix(digest, "sha256:")
	if err := os.WriteFile(filepath.Join(c.Dir, bare[:2], bare), []byte("a villain"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(digest); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("damage is not seen: %v", err)
	}
	if _, err := c.Read(digest, 100); err == nil {
		t.Error("damage is read")
	}
}

func TestWhatNoOneNeedsIsSwept(t *testing.T) {
	c := artifact.Content{Dir: t.TempDir()}
	kept, _, _ := c.Take(strings.NewReader("kept"), "")
	gone, _, _ := c.Take(strings.NewReader("gone"), "")
	if err := os.WriteFile(filepath.Join(c.Dir, ".part-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	need := func(d string) (bool, error) { return d == kept, nil }
	if n, err := c.Sweep(time.Now().Add(-time.Hour), need); n != 0 || err != nil {
		t.Errorf("%d that are new are removed, %v", n, err)
	}
	if n, err := c.Sweep(time.Now().Add(time.Hour), need); n != 2 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
	if c.Check(kept) != nil || c.Check(gone) == nil {
		t.Error("the wrong one is gone")
	}
}

func TestAnImageIsNamedByItsDigest(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	for text, want := range map[string]string{
		"registry.example:5000/shop/web@" + digest: "registry.example:5000/shop/web",
		"shop@" + digest:                        "shop",
		"shop:latest":                           "",
		"shop:latest@" + digest:                 "",
		"Shop@" + digest:                        "",
		"a//b@" + digest:                        "",
		"-rf@" + digest:                         "",
		"shop@sha256:0A":                        "",
		"shop@" + digest + "\n":                 "",
		"reg:port/shop@" + digest:               "",
		strings.Repeat("a", 300) + "@" + digest: "",
	} {
		name, _, err := artifact.ParseImage(text)
		if (err == nil) != (want != "") || err == nil && name != want {
			t.Errorf("%q: %q, %v", text, name, err)
		}
	}
}
