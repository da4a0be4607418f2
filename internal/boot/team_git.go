package boot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/adapter/shell"
	"prentice/internal/adapter/teamfolder"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/objective"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/prototype"
	"prentice/internal/engine/standard"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
)

// teamCommits is the part of the data folder in which the team's files are, by commits.
const teamCommits = "team.git"

// inGit is where the team's files are when a repository keeps them.
func (s Settings) inGit() teamfolder.Place {
	return teamfolder.Place(filepath.Join(s.Data, teamCommits))
}

// team is what it takes to keep the team's files in a repository.
func (s *System) team() codecontrol.Team {
	return codecontrol.Team{
		Open: func(ctx context.Context, repository string) (codecontrol.TeamGit, error) {
			return git.Below(ctx, s.Settings.Repositories, repository+".git")
		},
		Folder: func() string { return s.Team.folder },
		Files:  teamFilesIn,
		Lint:   s.lintTree,
		Lay:    s.Settings.inGit().Lay,
		Follow: s.Team.read,
		Tool:   s.Settings.build.Version,
	}
}

// teamFilesIn are the files of a folder, as a commit has them.
func teamFilesIn(dir string) ([]check.Edit, error) {
	files, err := teamfolder.Read(dir)
	list := make([]check.Edit, 0, len(files))
	for _, f := range files {
		mode := check.Regular
		if f.Executable {
			mode = check.Executable
		}
		list = append(list, check.Edit{Path: f.Path, Content: f.Text, Mode: mode})
	}
	return list, err
}

// teamRoot is the folder whose files are the team's now: that of the settings, or that of
// the commit in force, which is put there where it is not yet.
func (s *System) teamRoot(ctx context.Context) (string, error) {
	desk := skill.At[*codecontrol.Desk](s.Skills)
	now, err := desk.TeamInForce(ctx)
	if err != nil {
		return "", err
	}
	place := s.Settings.inGit()
	if now == nil {
		if !s.reads {
			err = place.Unsay()
		}
		return s.Team.folder, err
	}
	dir, there := place.Folder(now.Commit)
	if !there {
		if s.reads {
			return "", prentice.Errorf(prentice.Unavailable, "the team's files of %.12s are not in %s", now.Commit, string(place)).Try("start prentice: prentice up")
		}
		tree, shut, err := desk.TeamTree(ctx, *now)
		if err == nil {
			err = errors.Join(place.Lay(now.Commit, tree), shut())
		}
		if err != nil {
			return "", err
		}
	}
	if s.reads {
		return dir, nil
	}
	return dir, place.Say(teamfolder.InForce{Repository: now.Repository, Branch: now.Branch, Commit: now.Commit, Folder: now.Folder})
}

// lintTree reads the files of a commit as the team's, and takes nothing from them.
func (s *System) lintTree(_ context.Context, t *check.Tree) []prentice.Finding {
	if refused := teamfolder.Refused(t); len(refused) > 0 {
		return refused
	}
	dir, err := os.MkdirTemp(s.own("scratch"), "team-")
	if err == nil {
		defer os.RemoveAll(dir) //nolint:errcheck // what stays is swept at the next start
		err = teamfolder.Write(dir, t)
	}
	if err != nil {
		return []prentice.Finding{asFinding(err)}
	}
	return lintFolder(dir)
}

// linter looks a folder over.
type linter struct{}

func (linter) LintFolder(dir string) []prentice.Finding { return lintFolder(dir) }

// lintFolder reads a folder as the team's: all that a start would read of it.
func lintFolder(dir string) []prentice.Finding {
	cat, _, _, findings := readCatalogAsking(dir, nil)
	kinds := procedure.Kinds(stepKinds(cat, &shell.Kind{}))
	library, more := procedure.Load(dir, kinds)
	findings = append(findings, more...)
	text, err := (&Team{folder: dir}).policyText()
	if err != nil {
		findings = append(findings, asFinding(err))
	}
	rules, more := policy.Load(PolicyFile, []byte(text))
	findings = append(findings, more...)
	if rules != nil {
		findings = append(findings, rules.Misspelt(knownTo(cat, library, kinds))...)
	}
	for _, f := range knownFiles() {
		if _, err := f.Read(dir); err != nil {
			findings = append(findings, asFinding(err))
		}
	}
	standards, err := standard.InFolder(dir)
	if err != nil {
		findings = append(findings, asFinding(err))
	}
	for _, f := range standards {
		_, wrong := standard.Read(f.Name, f.Name, f.Text, analyse.All())
		findings = append(findings, wrong...)
	}
	_, wrong, err := prototype.InFolder(dir)
	if findings = append(findings, wrong...); err != nil {
		findings = append(findings, asFinding(err))
	}
	_, wrong, err = objective.InFolder(dir)
	if findings = append(findings, wrong...); err != nil {
		findings = append(findings, asFinding(err))
	}
	for i := range findings { // as the repository has it
		findings[i].At.File = strings.TrimPrefix(strings.TrimPrefix(findings[i].At.File, dir+string(filepath.Separator)), "team/")
	}
	return findings
}

// inForce has commands find the team's files of the commit in force, where a server keeps
// them in a repository and someone names the folder in whose place they are, or none.
func (s Settings) followed() Settings {
	now, there := s.inGit().Said()
	if !there || s.Team != now.Folder {
		return s
	}
	s.Team, _ = s.inGit().Folder(now.Commit)
	s.kept = &now
	return s
}

// editable refuses to write into a team folder that is kept in a repository.
func (s Settings) editable() error {
	if s.kept == nil {
		return nil
	}
	return keptElsewhere(*s.kept)
}

func keptElsewhere(k teamfolder.InForce) error {
	return prentice.Errorf(prentice.Refused, "the team's files are kept in repository/%s: no file of them is changed on the server", k.Repository).
		Try("clone it (prentice repository clone %s), make the change there with --team DIR, and push it to refs/for/%s", k.Repository, k.Branch)
}

// history is the commits of the team's files: of the repository that keeps them, or of
// the one in which their folder stands.
type history struct{ s *System }

func (h history) repo(ctx context.Context) git.Repo {
	now, err := skill.At[*codecontrol.Desk](h.s.Skills).TeamInForce(ctx)
	if err != nil || now == nil {
		return git.Repo{Dir: h.s.Team.folder}
	}
	return git.Repo{Dir: filepath.Join(h.s.Settings.Repositories, now.Repository+".git"), Bare: true}
}

func (h history) Commits(ctx context.Context, files []string, most int) ([]procedure.Commit, error) {
	return h.repo(ctx).Commits(ctx, files, most)
}

func (h history) Commit(ctx context.Context, name string) (string, error) {
	return h.repo(ctx).Commit(ctx, name)
}

func (h history) Texts(ctx context.Context, at []procedure.FileAt) ([][]byte, error) {
	return h.repo(ctx).Texts(ctx, at)
}

// moved says whether the team's files are elsewhere by now, as another replica may have
// written down.
func (t *Team) moved(ctx context.Context) bool {
	if t.where == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	dir, err := t.where(ctx)
	return err == nil && dir != t.dir()
}
