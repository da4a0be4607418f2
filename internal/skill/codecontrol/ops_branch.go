package codecontrol

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/provenance"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
)

// VerifyIn says which branch of a clone to prove, and by which key.
type VerifyIn struct {
	Branch string `json:"branch,omitempty" arg:"1" default:"main" maxLength:"120" example:"main" doc:"The branch: of origin, and where that has none of the clone itself."`
	Key    string `json:"key" file:"true" minLength:"1" maxLength:"65536" doc:"The public key of the server: keys/ledger.pub of its data folder. Where it was replaced, all of them in one file."`
	Dir    string `json:"dir,omitempty" maxLength:"4096" doc:"The folder of the clone; without it the current one."`
}

// Verified is what a clone proves of a branch.
type Verified struct{ provenance.Report }

// ExitCode implements op.Ender.
func (v Verified) ExitCode() int {
	if len(v.Faults) > 0 {
		return op.NotWell
	}
	return 0
}

// Text implements op.Texter.
func (v Verified) Text() string {
	var b strings.Builder
	if len(v.Faults) > 0 {
		fmt.Fprintf(&b, "✗ %s is not proved\n", v.Branch)
		for _, f := range v.Faults {
			fmt.Fprintf(&b, "  ✗ %s\n", f)
		}
		return b.String()
	}
	unchecked := 0
	for _, l := range v.Links {
		if l.Glass != nil {
			unchecked++
		}
	}
	fmt.Fprintf(&b, "✓ %s of %s at %.12s is what landed, in %s", v.Branch, v.Repository, v.Tip, op.Count(len(v.Links), "landing", "landings"))
	if unchecked == 0 {
		b.WriteString(": each moved it to exactly the tree that was checked\n")
	} else {
		fmt.Fprintf(&b, ", %d of them by break-glass, without what the branch asks for\n", unchecked)
	}
	last := v.Links[0]
	fmt.Fprintf(&b, "  the last is landing %d at %s: %s\n", last.Number, op.At(last.At), strings.Join(v.Levels, ", "))
	for _, c := range last.Changes {
		var who []string
		for _, r := range c.Reviewers {
			who = append(who, string(r))
		}
		by := "no one but who queued it"
		if len(who) > 0 {
			by = strings.Join(who, ", ")
		}
		fmt.Fprintf(&b, "  change/%d, patch set %d, reviewed by %s\n", c.Change, c.PatchSet, by)
	}
	if last.Bill != "" {
		fmt.Fprintf(&b, "  its bill of materials is %s: git show %s:%s\n", last.Bill, provenance.RefOf(v.Branch), provenance.BillFile)
	}
	for _, n := range v.Notes {
		fmt.Fprintf(&b, "  ◇ %s\n", n)
	}
	return b.String()
}

func (k *Desk) branchOps() []op.Op {
	return []op.Op{
		op.New("branch.verify", prentice.Look, prentice.Viewer, "Prove from a clone and a public key that a branch is exactly what was checked", k.verify).
			WithExample("prentice branch verify main --key ledger.pub").WithoutState().OnlyHere().AlsoTyped("verify-branch").WithHelp(
			"Asks no server. Each landing is said in refs/attestations, signed: which tree was checked and by which rules, what the branch asked for, who reviewed each change. Fetch that first: git fetch origin 'refs/attestations/*:refs/attestations/*'.\n\n" +
				"It is a fault when the branch is not where the last landing left it, when a link is missing, was exchanged, is of another branch or another tree, or was judged by rules that are not those of the branch before it, and when the bill of materials beside it is not the one that was signed. The levels are those of the source track of SLSA 1.2, for the commit at the end. The exit code is 0 for proved and 9 for not."),
	}
}

func (k *Desk) verify(ctx context.Context, _ op.Call, in VerifyIn) (Verified, error) {
	if k.Clone == nil {
		return Verified{}, prentice.Errorf(prentice.Unavailable, "there is no clone here").Try("run it on the command line, in a clone")
	}
	keys, err := keysIn(in.Key)
	if err != nil {
		return Verified{}, err
	}
	dir := in.Dir
	if dir == "" {
		dir = "."
	}
	repo, err := k.Clone(ctx, dir)
	if err != nil {
		return Verified{}, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	tip, err := repo.Ref(ctx, "refs/remotes/origin/"+in.Branch)
	if err == nil && tip == "" {
		tip, err = repo.Ref(ctx, "refs/heads/"+in.Branch)
	}
	if err == nil && tip == "" {
		err = prentice.Errorf(prentice.NotFound, "this clone has no branch %q", in.Branch).Try("fetch it: git fetch origin")
	}
	if err != nil {
		return Verified{}, err
	}
	files, err := chain(ctx, repo, in.Branch)
	if err != nil {
		return Verified{}, err
	}
	r, err := provenance.Verify(keys, in.Branch, tip, files, cloned{ctx, repo})
	return Verified{r}, err
}

// chain is the files of the links of a branch, the last first.
func chain(ctx context.Context, repo Git, branch string) (list []map[string][]byte, err error) {
	head, err := repo.Ref(ctx, provenance.RefOf(branch))
	if err != nil || head == "" {
		return nil, err
	}
	commits, err := repo.FirstParents(ctx, "", head)
	if err != nil {
		return nil, err
	}
	for _, c := range commits {
		files := map[string][]byte{}
		for _, name := range provenance.Files {
			if files[name], err = repo.Noted(ctx, c, name); err != nil {
				return nil, err
			}
		}
		list = append(list, files)
	}
	return list, nil
}

// cloned is a clone as it is asked for proof.
type cloned struct {
	ctx  context.Context
	repo Git
}

func (c cloned) Tree(commit string) (string, error) {
	tree, err := c.repo.TreeOf(c.ctx, commit)
	if err != nil {
		err = prentice.Errorf(prentice.NotFound, "there is no commit %.12s", commit)
	}
	return tree, err
}

func (c cloned) Rules(commit string) (string, error) {
	return c.repo.Listing(c.ctx, commit, provenance.RuleFiles...)
}

func (c cloned) Between(from, to string) ([]string, error) {
	list, err := c.repo.FirstParents(c.ctx, from, to)
	if err != nil {
		err = prentice.Errorf(prentice.NotFound, "%.12s or %.12s is not there", from, to)
	}
	return list, err
}

// keysIn reads the public keys of a file.
func keysIn(text string) (list []ed25519.PublicKey, err error) {
	const end = "-----END PUBLIC KEY-----"
	for rest := strings.TrimSpace(text); rest != ""; {
		block, after, found := strings.Cut(rest, end)
		key, err := dsse.ParsePublic([]byte(block + end + "\n"))
		if err != nil || !found {
			return nil, prentice.Errorf(prentice.Invalid, "the public key cannot be read: %w", err).Try("give keys/ledger.pub of the server's data folder")
		}
		list, rest = append(list, key), strings.TrimSpace(after)
	}
	return list, nil
}

var (
	_ op.Texter = Verified{}
	_ op.Ender  = Verified{}
)
