package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// settle reads the settings of the repository and takes from it each that would run a
// program when files are listed. The settings that change what is in the working tree
// belong to its content.
func (w *Work) settle(ctx context.Context) error {
	out, err := w.run(ctx, nil, 4<<20, "config", "--list", "-z")
	if err != nil {
		return err
	}
	var text strings.Builder
	var off []string
	for entry := range strings.SplitSeq(string(out), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		switch lower := strings.ToLower(key); {
		case disarmed.MatchString(lower):
			off = append(off, key)
		case armed.MatchString(lower) && value != "":
			return prentice.Errorf(prentice.Refused, "the repository %s names a program in its settings that git would run: %s = %q", w.at(), clip.Text(key), clip.Text(value)).
				Try("take it out, or say it for all repositories: git config --local --unset-all %s", quotedWord(key))
		case lower == "core.autocrlf", lower == "core.eol", lower == "core.filemode", lower == "core.symlinks":
			text.WriteString(lower + "=" + value + "\n")
		}
	}
	w.disarm(off)
	if mine, err := os.ReadFile(filepath.Join(w.Common, "info", "attributes")); err == nil && len(mine) < 1<<20 {
		text.Write(mine)
	}
	w.text = text.String()
	return w.ignores(ctx)
}

// disarmed are the settings that name programs which some listing would run; to set them
// again, empty, is enough. armed are those for which that is not known: there is none of
// them in a repository that someone works in.
var (
	disarmed = regexp.MustCompile(`^(filter\..*\.(clean|smudge|process|required)|core\.(fsmonitor|hookspath|pager|editor|sshcommand|gitproxy|askpass)|diff\.external|diff\..*\.(textconv|command)|merge\..*\.driver|pager\..*|gpg\..*|credential\..*|alias\..*|sequence\.editor|submodule\..*\.update|safe\.directory)$`)
	armed    = regexp.MustCompile(`^(core\.alternaterefscommand|uploadpack\.packobjectshook|trailer\..*\.(command|cmd)|remote\..*\.(vcs|uploadpack|receivepack)|hook\..*\.command)$`)
)

// disarm sets settings to nothing, by the environment: a name may hold any byte.
func (w *Work) disarm(keys []string) {
	n := 0
	for _, key := range keys {
		value := ""
		switch lower := strings.ToLower(key); {
		case lower == "safe.directory":
			value = "*"
		case lower == "core.hookspath":
			value = os.DevNull
		case strings.HasSuffix(lower, ".required"), lower == "core.fsmonitor":
			value = "false"
		}
		w.env = append(w.env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n, key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n, value))
		n++
	}
	w.env = append(w.env, "GIT_CONFIG_COUNT="+strconv.Itoa(n))
}

// ignores takes over what the user ignores everywhere.
func (w *Work) ignores(ctx context.Context) error {
	home, err := os.UserHomeDir()
	if err != nil || !exists(filepath.Join(home, ".gitconfig")) && !exists(filepath.Join(home, ".config", "git", "config")) {
		return nil
	}
	own := &Work{Top: w.Top, Common: w.Common}
	for _, e := range calm() {
		if !strings.HasPrefix(e, "GIT_CONFIG_GLOBAL=") {
			own.env = append(own.env, e)
		}
	}
	out, err := own.runIn(ctx, home, nil, 1<<16, "config", "--global", "--type=path", "--get", "core.excludesFile")
	file := strings.TrimRight(string(out), "\n")
	if err != nil || file == "" {
		return ctx.Err()
	}
	for i, e := range w.env {
		if count, found := strings.CutPrefix(e, "GIT_CONFIG_COUNT="); found {
			n, _ := strconv.Atoi(count)
			w.env[i] = "GIT_CONFIG_COUNT=" + strconv.Itoa(n+1)
			w.env = append(w.env, fmt.Sprintf("GIT_CONFIG_KEY_%d=core.excludesFile", n), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n, file))
			break
		}
	}
	return nil
}

// quotedWord is a word as a shell reads it.
func quotedWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
