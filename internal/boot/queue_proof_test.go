package boot

import (
	"context"
	"crypto/ed25519"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/provenance"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

// proved is what a clone of a repository proves of main, with a key.
func (b *branch) proved(repository string, key ed25519.PublicKey) (codecontrol.Verified, error) {
	b.t.Helper()
	dir := filepath.Join(b.t.TempDir(), "clone")
	command(b.t, b.dir, "clone", "-q", repository+".git", dir)
	command(b.t, dir, "fetch", "-q", "origin", "refs/attestations/*:refs/attestations/*")
	sk := codecontrol.New(codecontrol.Deps{Clone: func(ctx context.Context, dir string) (codecontrol.Git, error) { return git.Open(ctx, dir) }})
	for _, o := range sk.Ops {
		if o.Name == "branch.verify" {
			out, err := o.Do(b.t.Context(), op.Call{}, codecontrol.VerifyIn{Branch: "main", Key: string(dsse.EncodePublic(key)), Dir: dir})
			if err != nil {
				return codecontrol.Verified{}, err
			}
			return out.(codecontrol.Verified), nil
		}
	}
	b.t.Fatal("there is no branch.verify")
	return codecontrol.Verified{}, nil
}

// signedBranch is a world in which three landings are attested, with the key.
func signedBranch(t *testing.T) (*branch, ed25519.PrivateKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := newBranch(t, dbtest.SQLite(t), "shop", "depot")
	b.attest = func(text []byte) []byte { return dsse.Sign(key, provenance.PayloadType, text).Encode() }
	k := b.desk()
	for n, file := range []string{"a=1", "CODEOWNERS=* @ann", "c=3"} {
		b.change(int64(n+1), "shop", file)
		b.add(string(rune('1' + n)))
		b.settle(k)
	}
	b.change(9, "depot", "d=1")
	b.add("9")
	b.settle(k)
	return b, key
}

func TestACloneAndAKeyProveWhatLanded(t *testing.T) {
	b, key := signedBranch(t)
	v, err := b.proved("shop", key.Public().(ed25519.PublicKey))
	if err != nil || len(v.Faults) > 0 || len(v.Links) != 3 || v.Before != 1 || v.ExitCode() != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	if got := strings.Join(v.Levels, " "); got != provenance.Reviewed+" "+provenance.Tested {
		t.Errorf("its levels are %s", got)
	}
	b.change(5, "shop", "fire=out")
	b.ready[5].Missing = []string{"a reviewer"}
	if _, err := b.glass("5"); err != nil {
		t.Fatal(err)
	}
	v, err = b.proved("shop", key.Public().(ed25519.PublicKey))
	if err != nil || len(v.Faults) > 0 || strings.Join(v.Levels, " ") != provenance.Controlled {
		t.Errorf("after break-glass: %+v, %v", v, err)
	}
	if _, err := b.glass("5"); err == nil {
		t.Error("it is used again while a review is open")
	}
}

func (b *branch) glass(number string) (any, error) {
	sk := codecontrol.New(b.deps())
	for _, o := range sk.Ops {
		if o.Name == "queue.break-glass" {
			return o.Do(b.t.Context(), op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Approver}, Now: time.Now()}, codecontrol.BreakIn{Change: number, Reason: "the shop is on fire"})
		}
	}
	return nil, os.ErrNotExist
}

func TestNothingElseProvesABranch(t *testing.T) {
	const ref = "refs/attestations/heads/main"
	cases := []struct {
		villain string
		does    func(b *branch, key ed25519.PrivateKey, shop string)
		says    string
	}{
		{"moves the branch by hand", func(b *branch, _ ed25519.PrivateKey, shop string) {
			b.change(7, "shop", "evil=1")
			command(b.t, shop, "update-ref", "refs/heads/main", b.ready[7].Head)
		}, "it was moved without landing"},
		{"sets the branch back", func(b *branch, _ ed25519.PrivateKey, shop string) {
			command(b.t, shop, "update-ref", "refs/heads/main", "main^")
		}, "it was moved without landing"},
		{"takes a link out", func(b *branch, _ ed25519.PrivateKey, shop string) {
			cut := command(b.t, shop, "commit-tree", "-p", ref+"~2", "-m", "x", ref+"^{tree}")
			command(b.t, shop, "update-ref", ref, cut)
		}, "a link is missing"},
		{"takes the beginning away", func(b *branch, _ ed25519.PrivateKey, shop string) {
			cut := command(b.t, shop, "commit-tree", "-m", "x", ref+"^{tree}")
			command(b.t, shop, "update-ref", ref, cut)
		}, "the links before it are missing"},
		{"brings the chain of another repository", func(b *branch, _ ed25519.PrivateKey, shop string) {
			command(b.t, shop, "fetch", "-q", "../depot.git", "+"+ref+":"+ref)
		}, "it was moved without landing"},
		{"exchanges a summary", func(b *branch, _ ed25519.PrivateKey, shop string) {
			link, other := command(b.t, shop, "rev-parse", ref+":landing.json"), command(b.t, shop, "rev-parse", ref+"~1:summary.json")
			b.note(shop, ref, link, other)
		}, "it was exchanged"},
		{"exchanges the bill of materials", func(b *branch, _ ed25519.PrivateKey, shop string) {
			b.billed(shop, ref, command(b.t, shop, "rev-parse", ref+"~1:"+provenance.BillFile))
		}, "bill of materials is not the one that was signed"},
		{"takes the bill of materials away", func(b *branch, _ ed25519.PrivateKey, shop string) {
			b.billed(shop, ref, "")
		}, "bill of materials is missing"},
		{"puts a bill of materials beside a landing that names none", func(b *branch, key ed25519.PrivateKey, shop string) {
			bill := command(b.t, shop, "rev-parse", ref+":"+provenance.BillFile)
			b.resign(shop, ref, key, func(l *provenance.Link) { l.Bill = "" })
			b.billed(shop, ref, bill)
		}, "that was not signed"},
		{"edits the database, so that their commit is what landed", func(b *branch, _ ed25519.PrivateKey, shop string) {
			b.change(7, "shop", "evil=1")
			was, evil := command(b.t, shop, "rev-parse", "main"), b.ready[7].Head
			command(b.t, shop, "update-ref", "refs/heads/main", evil)
			if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error {
				for _, table := range []string{"code_queue_landing", "code_queue_lane", "code_queue_past"} {
					if _, err := tx.Exec("UPDATE "+table+" SET body = REPLACE(body, ?, ?)", was, evil); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				b.t.Fatal(err)
			}
			b.settle(b.desk())
		}, "it was moved without landing"},
		{"signs with a key of their own", func(b *branch, _ ed25519.PrivateKey, shop string) {
			_, own, _ := ed25519.GenerateKey(nil)
			b.resign(shop, ref, own, func(*provenance.Link) {})
		}, "signed with another key"},
		{"has the server judge by an older policy", func(b *branch, key ed25519.PrivateKey, shop string) {
			b.resign(shop, ref, key, func(l *provenance.Link) { l.Rules = "sha256:of-before" })
		}, "an older policy may have been used again"},
		{"has another tree checked than landed", func(b *branch, key ed25519.PrivateKey, shop string) {
			tree := command(b.t, shop, "rev-parse", "main~2^{tree}")
			b.resign(shop, ref, key, func(l *provenance.Link) { l.Tree = tree })
		}, "was checked"},
	}
	for _, c := range cases {
		t.Run(c.villain, func(t *testing.T) {
			b, key := signedBranch(t)
			c.does(b, key, filepath.Join(b.dir, "shop.git"))
			v, err := b.proved("shop", key.Public().(ed25519.PublicKey))
			if err != nil || !strings.Contains(strings.Join(v.Faults, "\n"), c.says) || v.ExitCode() == 0 {
				t.Errorf("%q, %v", v.Faults, err)
			}
		})
	}
}

// billed puts another bill of materials beside the last link, or none.
func (b *branch) billed(dir, ref, bill string) {
	b.t.Helper()
	list := command(b.t, dir, "ls-tree", ref, provenance.LinkFile, provenance.SummaryFile)
	if bill != "" {
		list += "\n100644 blob " + bill + "\t" + provenance.BillFile
	}
	file := filepath.Join(b.t.TempDir(), "tree")
	if err := os.WriteFile(file, []byte(list+"\n"), 0o644); err != nil {
		b.t.Fatal(err)
	}
	tree := inShell(b.t, dir, "git mktree < "+file)
	command(b.t, dir, "update-ref", ref, command(b.t, dir, "commit-tree", "-p", ref+"~1", "-m", "x", tree))
}

// note puts two blobs in the place of the last link.
func (b *branch) note(dir, ref, link, summary string) {
	b.t.Helper()
	list := filepath.Join(b.t.TempDir(), "tree")
	if err := os.WriteFile(list, []byte(command(b.t, dir, "ls-tree", ref, provenance.BillFile)+"\n100644 blob "+link+"\tlanding.json\n100644 blob "+summary+"\tsummary.json\n"), 0o644); err != nil {
		b.t.Fatal(err)
	}
	tree := inShell(b.t, dir, "git mktree < "+list)
	command(b.t, dir, "update-ref", ref, command(b.t, dir, "commit-tree", "-p", ref+"~1", "-m", "x", tree))
}

// resign puts another link in the place of the last.
func (b *branch) resign(dir, ref string, key ed25519.PrivateKey, edit func(*provenance.Link)) {
	b.t.Helper()
	w, err := git.Open(b.t.Context(), dir)
	if err != nil {
		b.t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // it was only read
	head, err := w.Ref(b.t.Context(), ref)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := w.Noted(b.t.Context(), head, provenance.LinkFile)
	if err != nil {
		b.t.Fatal(err)
	}
	link, err := provenance.Peek(text)
	if err != nil {
		b.t.Fatal(err)
	}
	edit(&link)
	signed := dsse.Sign(key, provenance.PayloadType, link.Statement()).Encode()
	summary := dsse.Sign(key, provenance.PayloadType, link.Summary(prentice.Digest(signed))).Encode()
	put := func(text []byte) string {
		file := filepath.Join(b.t.TempDir(), "blob")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			b.t.Fatal(err)
		}
		return command(b.t, dir, "hash-object", "-w", file)
	}
	b.note(dir, ref, put(signed), put(summary))
}

// inShell runs a line of shell in a folder.
func inShell(t *testing.T, dir, line string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", line, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestBreakGlassLandsNothingThatStandsOnWhatHasNotLanded(t *testing.T) {
	b := newBranch(t, dbtest.SQLite(t), "shop")
	b.change(1, "shop", "one=1")
	b.change(2, "shop", "two=2")
	b.ready[2].Below = 1
	if _, err := b.glass("change/2"); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "stands on change/1, which has not landed") {
		t.Errorf("got %v", err)
	}
	if got := b.files("shop"); got != "README" || len(b.sent) > 0 {
		t.Errorf("shop has %s, told %q", got, b.sent)
	}
	if _, err := b.glass("change/1"); err != nil || b.files("shop") != "README one" {
		t.Errorf("the one below: %v", err)
	}
	if !slices.Contains(b.sent, "prentice.break-glass change/1") || !slices.Contains(b.sent, "change.landed change/1") {
		t.Errorf("told %q", b.sent)
	}
}
