package standards

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
)

// rules judges the rules of standards: those in the program, and those of a repository.
func rules(d Deps) *standard.Judge {
	return &standard.Judge{BuiltIn: analyse.BuiltIn, Analysers: analyse.All(), Version: analyse.Version, Now: d.now, Team: d.Team}
}

// inTeam says whether the team folder lies in the repository of a folder: then what is on
// the disk may be of the very change that is judged, and its standards are not taken.
func inTeam(team, dir string) bool {
	top, err := filepath.Abs(dir)
	if err != nil || team == "" {
		return false
	}
	for at := top; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			top = at
			break
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	rel, err := filepath.Rel(real(top), real(team))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// real is a folder without the links on the way.
func real(dir string) string {
	if plain, err := filepath.EvalSymlinks(dir); err == nil {
		return plain
	}
	return dir
}

// kinds are those who judge: rules of standards, their scripts, and the checks that a repository keeps.
func kinds(d Deps) []check.Kind {
	builds := d.Builds
	if builds == nil {
		builds = &pipeline.Judge{}
	}
	return []check.Kind{rules(d).Kind(), d.Scripts.Kind(), builds.Kind()}
}

func standardOps(d Deps) []op.Op {
	return []op.Op{standardListOp(d), standardShowOp(d), standardLintOp(d)}
}

// withoutOwn is rules without those of the team folder, where it lies in the repository
// that is checked.
func (d Deps) withoutOwn(rules []check.Rule, dir string) ([]check.Rule, error) {
	ofTeam := func(r check.Rule) bool { return strings.HasPrefix(r.Source, "team/"+standard.TeamFolder+"/") }
	if d.TeamFolder == nil || !slices.ContainsFunc(rules, ofTeam) || !inTeam(d.TeamFolder(), cmp.Or(dir, ".")) {
		return rules, nil
	}
	return slices.DeleteFunc(slices.Clone(rules), ofTeam), prentice.Errorf(prentice.Refused, "the team folder lies in this repository, so its standards/ are not asked: a change of them would judge itself").
		Try("keep what this repository is checked by in " + standard.Folder)
}
