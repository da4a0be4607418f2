package story

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/skill/codecontrol"
)

// beginsShop: there is a repository, and three people with their tokens.
func (p *play) beginsShop(ctx context.Context) (err error) {
	p.chapter("A repository, and who works on it")
	if p.Opened, err = p.Open(ctx); err != nil {
		return err
	}
	p.owner = p.As(p.Token)
	p.now("●", fmt.Sprintf("prentice is up at %s; all it knows lies in %s.", p.URL, p.Data))
	for name, role := range map[string]prentice.Role{"kim": prentice.Operator, "ann": prentice.Approver, "ben": prentice.Approver} {
		if _, err := p.person(ctx, name, role); err != nil {
			return err
		}
	}
	p.ben = p.As(p.tokens["person/ben"])
	p.says("ann and ben have the role approver, kim has operator. Each has a token of their own, which is also the password for git. olga, the owner, made these; with enrolment = \"trusted\" she is not taken to be all three.")
	if _, err := ask[codecontrol.Reached](ctx, p.owner, "repository.create", map[string]any{"name": "shop", "title": "The shop"}); err != nil {
		return err
	}
	if err := p.writes("ann", 0o755, shop); err != nil {
		return err
	}
	for _, argv := range [][]string{{"git", "init", "-q", "-b", "main"}, {"git", "remote", "add", "origin", p.remote("ann")}} {
		if _, err := p.quietly(ctx, "ann", argv...); err != nil {
			return err
		}
	}
	if err := p.commits(ctx, "ann", "-m", "the shop begins"); err != nil {
		return err
	}
	p.now("○", "ann pushes the first commit of the shop. That makes main; from now on no push of anyone moves it:")
	if _, err := p.quietly(ctx, "ann", "git", "push", "-q", "origin", "main"); err != nil {
		return err
	}
	if _, err := p.quietly(ctx, "ann", "git", "commit", "-q", "--allow-empty", "-m", "straight into main"); err != nil {
		return err
	}
	out, err := p.types(ctx, "ann", false, "git", "push", "--force", "origin", "main")
	if err != nil {
		return err
	}
	_, err = p.quietly(ctx, "ann", "git", "reset", "-q", "--hard", "HEAD~1")
	return holdAll(p.hold(strings.Contains(out, "branch/protected"), "main is protected: %s", out), err)
}

// remote is the repository for git, with someone's token.
func (p *play) remote(who string) string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return p.URL
	}
	u.User = url.UserPassword(who, p.tokens[prentice.NewRef("person", who)])
	return u.JoinPath("git", "shop.git").String()
}

// bare is the repository as the server keeps it.
func (p *play) bare() string { return filepath.Join(p.Data, "repositories", "shop.git") }

// pushesSecret: what must not be there never gets there.
func (p *play) pushesSecret(ctx context.Context) error {
	p.chapter("A secret in a push")
	if err := p.writes("ann", 0o644, sale); err != nil {
		return err
	}
	if err := p.writes("ann", 0o755, map[string]string{"upload.sh": upload}); err != nil {
		return err
	}
	if err := p.commits(ctx, "ann", "-m", "sell at half the price"); err != nil {
		return err
	}
	p.now("○", "ann writes a sale, and a script that uploads it, with a key in it. She proposes both for main:")
	out, err := p.types(ctx, "ann", false, "git", "push", "origin", "HEAD:refs/for/main")
	if err != nil {
		return err
	}
	objects, err := p.quietly(ctx, "ann", "git", "--git-dir="+p.bare(), "cat-file", "--batch-all-objects", "--batch")
	if err != nil {
		return err
	}
	head, err := p.quietly(ctx, "ann", "git", "rev-parse", "HEAD")
	if err != nil {
		return err
	}
	_, code, err := p.runs(ctx, "ann", "git", "--git-dir="+p.bare(), "cat-file", "-e", head)
	if err != nil {
		return err
	}
	p.now("●", fmt.Sprintf("The push lay in quarantine and is gone. Every object of the repository was read: no key in any of them, and no commit %.12s.", head))
	return holdAll(
		p.hold(strings.Contains(out, "secrets/none") && strings.Contains(out, "upload.sh:3"), "the secret is found where it is: %s", out),
		p.hold(len(objects) > 0 && !strings.Contains(objects, leaked) && code != 0, "nothing of the push is in the repository"),
		p.breathe(ctx, long),
	)
}

// failsStandard: it is pushed clean, fails a standard of the team, and is fixed by the
// patch that prentice makes.
func (p *play) failsStandard(ctx context.Context) error {
	p.chapter("A standard, and the patch that meets it")
	if err := os.Remove(filepath.Join(p.folder("ann"), "upload.sh")); err != nil {
		return err
	}
	if err := p.commits(ctx, "ann", "--amend", "-m", "sell at half the price"); err != nil {
		return err
	}
	p.now("○", "ann takes the script out of her commit, and pushes again:")
	out, err := p.types(ctx, "ann", true, "git", "push", "origin", "HEAD:refs/for/main")
	if err != nil {
		return err
	}
	if err := p.hold(strings.Contains(out, "change/1 (new)"), "it is change/1: %s", out); err != nil {
		return err
	}
	var c codecontrol.ChangeShown
	if err := p.awaitFor(ctx, checking, "change/1 is checked, and fails", func(ctx context.Context) (is bool, err error) {
		c, err = p.changeNow(ctx, 1)
		return err == nil && claimed(c, "scripts/run", prentice.Fail), err
	}); err != nil {
		return err
	}
	p.now("✕", "It was checked in a sandbox, and may not land:")
	for _, n := range c.Landing.Missing {
		p.says("– " + n.Claim + ": " + n.Reason)
	}
	p.says("The rule is the shop's own: .prentice/standards/scripts.md of main. What a machine can fix, it shows as a patch, and judges again before that:")
	if _, err := p.types(ctx, "ann", true, "prentice", "check", "fix", "scripts", "--write"); err != nil {
		return err
	}
	if err := p.commits(ctx, "ann", "--amend", "--no-edit"); err != nil {
		return err
	}
	if out, err = p.types(ctx, "ann", true, "git", "push", "origin", "HEAD:refs/for/main"); err != nil {
		return err
	}
	if err := p.awaitFor(ctx, checking, "patch set 2 passes its checks", func(ctx context.Context) (is bool, err error) {
		c, err = p.changeNow(ctx, 1)
		return err == nil && onlyReview(c), err
	}); err != nil {
		return err
	}
	p.now("●", "Patch set 2 passes, tests and standard. Only a person is missing.")
	return p.hold(strings.Contains(out, "patch set 2"), "it is the same change: %s", out)
}

func (p *play) changeNow(ctx context.Context, number int) (codecontrol.ChangeShown, error) {
	return ask[codecontrol.ChangeShown](ctx, p.owner, "change.show", map[string]any{"change": fmt.Sprint(number)})
}

// claimed says whether a change lacks a claim, as it is found.
func claimed(c codecontrol.ChangeShown, claim string, truth prentice.Truth) bool {
	for _, n := range c.Landing.Missing {
		if strings.HasSuffix(n.Claim, claim) && n.Truth == truth {
			return true
		}
	}
	return false
}

// onlyReview says whether a change lacks nothing but what people say.
func onlyReview(c codecontrol.ChangeShown) bool {
	for _, n := range c.Landing.Missing {
		if !strings.HasPrefix(n.Claim, "review/") {
			return false
		}
	}
	return true
}
