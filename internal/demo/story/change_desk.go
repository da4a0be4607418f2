package story

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"prentice"
)

// folder is the clone of someone.
func (p *play) folder(who string) string { return filepath.Join(p.Data, "work", who) }

// env is what programs of someone find: nothing of the machine's git settings, and their
// own token alone.
func (p *play) env(who string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(p.Data, "work"), "LC_ALL=C", "NO_COLOR=1", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=" + who, "GIT_AUTHOR_EMAIL=" + who + "@example.org", "GIT_COMMITTER_NAME=" + who, "GIT_COMMITTER_EMAIL=" + who + "@example.org",
		"PRENTICE_SERVER=" + p.URL, "PRENTICE_TOKEN=" + p.tokens[prentice.NewRef("person", who)]}
}

// runs runs a program in the folder of someone, without telling of it, and says what it
// printed and its exit code.
func (p *play) runs(ctx context.Context, who string, argv ...string) (string, int, error) {
	if err := os.MkdirAll(p.folder(who), 0o700); err != nil {
		return "", 0, prentice.Errorf(prentice.Unavailable, "a folder of the story: %w", err).Try("free space, or name another folder with --data")
	}
	name := argv[0]
	if name == "prentice" {
		name = p.Bin
	}
	cmd := exec.CommandContext(ctx, name, argv[1:]...)
	cmd.Dir, cmd.Env = p.folder(who), p.env(who)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return "", 0, ctx.Err()
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || ended.ExitCode() < 0) {
		return "", 0, prentice.Errorf(prentice.Internal, "%s cannot be run: %w", argv[0], err)
	}
	return out.String(), cmd.ProcessState.ExitCode(), nil
}

// quietly runs what needs no telling, and has to go well.
func (p *play) quietly(ctx context.Context, who string, argv ...string) (string, error) {
	out, code, err := p.runs(ctx, who, argv...)
	if err == nil && code != 0 {
		err = p.hold(false, "%s goes well: %s", strings.Join(argv, " "), out)
	}
	return strings.TrimSpace(out), err
}

// types shows a command of someone and what it prints, and looks whether it went as it
// should: well, or not.
func (p *play) types(ctx context.Context, who string, well bool, argv ...string) (string, error) {
	shown := make([]string, len(argv))
	for i, word := range argv {
		if shown[i] = word; strings.ContainsAny(word, " *'") {
			shown[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	p.command(shown...)
	out, code, err := p.runs(ctx, who, argv...)
	if err != nil {
		return "", err
	}
	p.output(printed(out))
	if err := p.hold(!strings.Contains(out, leaked), "the secret is shown to no one"); err != nil {
		return "", err
	}
	return out, p.hold((code == 0) == well, "%s ends with exit code %d: %s", argv[0]+" "+argv[1], code, out)
}

// printed is the output of a program without what git says of its own work.
func printed(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		line = strings.TrimRight(strings.TrimPrefix(line, "remote: "), " \n\x1b[K")
		switch {
		case line == "remote:", strings.HasPrefix(line, "To http"), strings.HasPrefix(line, "error: failed to push"):
		default:
			lines = append(lines, line)
		}
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// writes puts files into the folder of someone; scripts can be run if they should be.
func (p *play) writes(who string, mode os.FileMode, files map[string]string) error {
	for name, text := range files {
		to, mode := filepath.Join(p.folder(who), filepath.FromSlash(name)), mode
		if !strings.HasSuffix(name, ".sh") {
			mode = 0o644
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, []byte(text), mode), os.Chmod(to, mode)); err != nil {
			return prentice.Errorf(prentice.Unavailable, "a file of the story: %w", err).Try("free space, or name another folder with --data")
		}
	}
	return nil
}

// commits commits all that someone's folder holds.
func (p *play) commits(ctx context.Context, who string, more ...string) error {
	if _, err := p.quietly(ctx, who, "git", "add", "-A"); err != nil {
		return err
	}
	_, err := p.quietly(ctx, who, append([]string{"git", "commit", "-q"}, more...)...)
	return err
}
