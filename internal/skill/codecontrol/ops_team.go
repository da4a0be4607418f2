package codecontrol

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// TeamKeepIn is the repository that the team's files are to be kept in.
type TeamKeepIn struct {
	Name   string `json:"repository" arg:"1" minLength:"1" maxLength:"63" example:"config" doc:"The repository: one that is made, one that is empty, or one whose branch holds the files of today."`
	Branch string `json:"branch,omitempty" maxLength:"120" example:"main" doc:"The branch that is in force; it is protected. Without it the one that counts."`
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"changes of the policy are reviewed from now on" doc:"Why; it is evidence."`
}

// TeamReleaseIn is why the team's files are in a folder again.
type TeamReleaseIn struct {
	Reason string `json:"reason" minLength:"3" maxLength:"400" example:"the repository moves to another server" doc:"Why; it is evidence."`
}

// TeamLintIn is the folder to look at.
type TeamLintIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" example:"." doc:"The folder of the team's files; without it the current one."`
}

// TeamNow is where the team's files are from.
type TeamNow struct {
	Repository string       `json:"repository,omitempty"` // "" is the folder
	Branch     string       `json:"branch,omitempty"`
	Folder     string       `json:"folder"`
	InForce    *TeamCommit  `json:"in_force,omitempty"`
	Wrong      string       `json:"wrong,omitempty"` // why the end of the branch is not in force
	HTTP       string       `json:"http,omitempty"`
	SSH        string       `json:"ssh,omitempty"`
	Past       []TeamCommit `json:"past"` // what was in force before, the last first
}

// Text implements op.Texter.
func (t TeamNow) Text() string {
	var b strings.Builder
	if t.InForce == nil {
		fmt.Fprintf(&b, "The team's files are those of the folder %s: who can write there changes them.\n", t.Folder)
		b.WriteString("To have each change reviewed, checked and landed: prentice team keep config --reason WHY\n")
		return b.String()
	}
	f := t.InForce
	fmt.Fprintf(&b, "The team's files are kept in repository/%s, branch %s\n", t.Repository, t.Branch)
	fmt.Fprintf(&b, "in force   %.12s since %s: %s\n", f.Commit, op.At(f.At), f.Says)
	by := string(f.By)
	if f.Change != "" {
		by = fmt.Sprintf("%s of %s", f.Change, f.By)
	}
	fmt.Fprintf(&b, "by         %s\n", by)
	if t.Wrong != "" {
		fmt.Fprintf(&b, "■ what landed last is not in force: %s\n", t.Wrong)
	}
	if t.HTTP != "" {
		fmt.Fprintf(&b, "\nTo change them: git clone %s, look at what you changed with prentice team lint, and git push origin HEAD:refs/for/%s\n", t.HTTP, t.Branch)
	}
	return b.String()
}

// TeamLinted is what is wrong with a folder of the team's files.
type TeamLinted struct {
	Findings []prentice.Finding `json:"findings"`
}

// ExitCode implements op.Ender.
func (t TeamLinted) ExitCode() int {
	if slices.ContainsFunc(t.Findings, func(f prentice.Finding) bool { return f.Error }) {
		return op.NotWell
	}
	return 0
}

// Text implements op.Texter.
func (t TeamLinted) Text() string {
	var b strings.Builder
	for _, f := range t.Findings {
		sign := "▲"
		if f.Error {
			sign = "■"
		}
		fmt.Fprintf(&b, "%s %s%s\n", sign, strings.TrimPrefix(f.At.String()+": ", ": "), f.Text)
		if f.Hint != "" {
			fmt.Fprintf(&b, "    → %s\n", f.Hint)
		}
	}
	if t.ExitCode() == 0 {
		b.WriteString("● the team's files load\n")
	}
	return b.String()
}

var (
	_ op.Texter = TeamNow{}
	_ op.Texter = TeamLinted{}
	_ op.Ender  = TeamLinted{}
)

func (k *Desk) teamOps() []op.Op {
	return []op.Op{
		op.New("team.show", prentice.Look, prentice.Viewer, "Say where the team's files are from, and which commit is in force since when", k.teamShow).
			WithExample("prentice team show"),
		op.New("team.keep", prentice.Danger, prentice.Owner, "Keep the team's files in a repository: changes of them are reviewed, checked and landed", k.teamKeep).
			WithExample("prentice team keep config --reason 'changes of the policy are reviewed'").
			WithHelp("Procedures, policy, standards, catalog and all other files of the team folder become the first commit of the repository, and are in force from there: what lands on its branch comes into force, whole. What does not load does not land. The folder stays where it is and is read no more.\n\nWhat lands in policy.yaml, or says who is in which group, waits as before until owners adopt it: prentice policy show."),
		op.New("team.release", prentice.Danger, prentice.Owner, "Take the team's files from the folder again, and no more from a repository", k.teamRelease).
			WithExample("prentice team release --reason 'the repository moves to another server'").
			WithHelp("The folder that the settings name is in force again as it is. Nothing is written into it: bring what landed meanwhile there first, with a clone."),
		op.New("team.lint", prentice.Look, prentice.Viewer, "Look the team's files over as the repository in which they are kept does", k.teamLint).
			WithExample("prentice team lint").WithoutState().OnlyHere().
			WithHelp("Reads a folder as the team's: catalog, inventories, procedures, policy, standards and the other files. In a clone of the repository in which they are kept it says before a push what the check team/loads would. The exit code is 9 where something does not load."),
	}
}

func (k *Desk) teamShow(ctx context.Context, _ op.Call, _ struct{}) (TeamNow, error) {
	if err := k.there(); err != nil || k.Team.Open == nil {
		return TeamNow{}, err
	}
	out := TeamNow{Folder: k.Team.Folder(), Past: []TeamCommit{}}
	list, err := k.teamCommits(ctx, 21)
	if err != nil || len(list) == 0 {
		return out, err
	}
	if list[0].Repository == "" {
		out.Past = list
		return out, nil
	}
	now := list[0]
	out.InForce, out.Past, out.Repository, out.Branch, out.Folder = &now, list[1:], now.Repository, now.Branch, now.Folder
	if _, out.Wrong, err = k.teamNext(ctx, now); err != nil {
		out.Wrong = clip.To(err.Error(), 300)
	}
	if h, err := k.Repository(ctx, now.Repository); err == nil {
		r := k.reached(h)
		out.HTTP, out.SSH = r.HTTP, r.SSH
	}
	return out, nil
}

func (k *Desk) teamLint(_ context.Context, _ op.Call, in TeamLintIn) (TeamLinted, error) {
	if k.Team.Linter == nil {
		return TeamLinted{}, prentice.Errorf(prentice.Unavailable, "there is no folder here").Try("run it on the command line, where the files are")
	}
	dir := in.Dir
	if dir == "" {
		dir = "."
	}
	return TeamLinted{append([]prentice.Finding{}, k.Team.Linter.LintFolder(dir)...)}, nil
}

// teamKeep makes the first commit of today's folder and brings it into force. Files, branch
// and line are the same if they were made before: a crash between them is gone over by
// asking again.
func (k *Desk) teamKeep(ctx context.Context, c op.Call, in TeamKeepIn) (TeamNow, error) {
	if err := k.there(); err != nil {
		return TeamNow{}, err
	}
	if k.Team.Open == nil || k.Team.Folder == nil {
		return TeamNow{}, prentice.Errorf(prentice.Unavailable, "the team's files are kept in no repository here").Try("start prentice: prentice up")
	}
	if now, err := k.TeamInForce(ctx); err != nil || now != nil {
		if err == nil {
			err = prentice.Errorf(prentice.Conflict, "the team's files are kept in repository/%s already", now.Repository).Try("see prentice team show")
		}
		return TeamNow{}, err
	}
	h, err := k.teamRepository(ctx, c, in)
	if err != nil {
		return TeamNow{}, err
	}
	if in.Branch == "" {
		in.Branch = h.Branch
	}
	if protected, err := k.Protected(ctx, h.Name, in.Branch); err != nil || !protected {
		if err == nil {
			err = prentice.Errorf(prentice.Refused, "%s of %s is not protected: anyone who pushes could change the team's files", clip.Text(in.Branch), h.Name).Try("protect it first: prentice branch protect %s %s", h.Name, clip.Text(in.Branch))
		}
		return TeamNow{}, err
	}
	commit, err := k.teamBegin(ctx, c, h, in)
	if err != nil {
		return TeamNow{}, err
	}
	last, err := k.lastTeam(ctx)
	if err != nil {
		return TeamNow{}, err
	}
	t := TeamCommit{Repository: h.Name, Branch: in.Branch, Commit: commit, At: c.Now, By: c.Actor.Ref(), Says: "as they were in the folder: " + in.Reason, Folder: k.Team.Folder()}
	err = k.enterTeam(ctx, last, t, prentice.Note{Kind: "team.kept", Actor: c.Actor.Ref(), Refs: []prentice.Ref{h.Ref()}, Data: map[string]any{
		"branch": t.Branch, "to": commit, "folder": t.Folder, "reason": in.Reason, "behind": c.Actor.Behind}})
	if errors.Is(err, errTeamMeanwhile) {
		err = prentice.Errorf(prentice.Conflict, "someone else did so at the same moment").Try("see prentice team show")
	}
	if err == nil {
		err = k.Team.Follow(ctx)
	}
	if err != nil {
		return TeamNow{}, err
	}
	return k.teamShow(ctx, c, struct{}{})
}

// teamRepository is the one of a name, which is made where there is none.
func (k *Desk) teamRepository(ctx context.Context, c op.Call, in TeamKeepIn) (Hosted, error) {
	h, err := k.Repository(ctx, in.Name)
	if prentice.KindOf(err) == prentice.NotFound {
		branch := in.Branch
		if branch == "" {
			branch = "main"
		}
		if _, err := k.create(ctx, c, CreateIn{Name: in.Name, Branch: branch, Title: "The team's files"}); err != nil {
			return h, err
		}
		h, err = k.Repository(ctx, in.Name)
	}
	if err == nil {
		err = h.takes()
	}
	return h, err
}

// teamBegin is the commit that holds the files of today's folder: it is made, or is there
// already and holds no others.
func (k *Desk) teamBegin(ctx context.Context, c op.Call, h Hosted, in TeamKeepIn) (string, error) {
	files, err := k.Team.Files(k.Team.Folder())
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", prentice.Errorf(prentice.Refused, "the team folder %s is empty", k.Team.Folder()).Try("begin with: prentice init")
	}
	if err := k.teamSecrets(ctx, h, files); err != nil {
		return "", err
	}
	repo, err := k.Team.Open(ctx, h.Name)
	if err != nil {
		return "", err
	}
	defer repo.Close() //nolint:errcheck // what was to be written is written
	commit, err := repo.Ref(ctx, "refs/heads/"+in.Branch)
	if err == nil && commit == "" {
		commit, err = repo.First(ctx, in.Branch, files, c.Actor.Name, fmt.Sprintf("The team's files, as they were in %s\n\n%s\n\nBrought in by %s at %s.\n", k.Team.Folder(), in.Reason, c.Actor.Ref(), op.At(c.Now)), c.Now)
	}
	if err != nil {
		return "", err
	}
	tree, err := repo.At(ctx, commit)
	if err != nil {
		return "", err
	}
	if differs := sameFiles(tree, files); differs != "" {
		return "", prentice.Errorf(prentice.Refused, "%s of %s holds other files than the team folder: %s", in.Branch, h.Name, differs).Try("make them the same first, so that nothing comes into force that no one agreed to")
	}
	for _, f := range k.Team.Lint(ctx, tree) {
		if f.Error {
			return "", prentice.Errorf(prentice.Invalid, "the team folder does not load: %s", f.Text).In(f.At).Try("%s", f.Hint)
		}
	}
	return commit, k.Team.Lay(commit, tree)
}

// sameFiles says which path is not the same in a commit and in a folder, or "".
func sameFiles(t *check.Tree, files []check.Edit) string {
	there := map[string]check.Edit{}
	for _, f := range files {
		there[f.Path] = f
	}
	for _, f := range t.Files {
		edit, found := there[f.Path]
		delete(there, f.Path)
		if text, err := t.Read(f); !found || err != nil || !bytes.Equal(text, edit.Content) {
			return clip.Text(f.Path)
		}
	}
	for path := range there {
		return clip.Text(path)
	}
	return ""
}

// teamSecrets refuses files that hold a secret: what is in a history stays there.
func (k *Desk) teamSecrets(ctx context.Context, h Hosted, files []check.Edit) error {
	secrets, err := detector()
	if err != nil {
		return err
	}
	allowed, err := k.allowed(ctx, h.Name)
	if err != nil {
		return err
	}
	for _, f := range files {
		for _, s := range secrets.Find(leak.Text{Path: f.Path, Line: 1, Bytes: f.Content}) {
			if key := leak.Key(s.Rule, s.Secret); !allowed[key] {
				return prentice.Errorf(prentice.Refused, "%s:%d holds a secret (%s, %s), and a history keeps it for good", clip.Text(f.Path), s.Line, s.Rule, leak.Masked(s.Secret)).
					Try("keep it with prentice secret set, and rotate it; a false alarm is said with: prentice push allow %s %s", h.Name, key)
			}
		}
	}
	return nil
}

// teamRelease has the folder of the settings in force again.
func (k *Desk) teamRelease(ctx context.Context, c op.Call, in TeamReleaseIn) (TeamNow, error) {
	if err := k.there(); err != nil {
		return TeamNow{}, err
	}
	now, err := k.TeamInForce(ctx)
	if err != nil {
		return TeamNow{}, err
	}
	if now == nil {
		return TeamNow{}, prentice.Errorf(prentice.Conflict, "the team's files are those of a folder already").Try("see prentice team show")
	}
	t := TeamCommit{At: c.Now, By: c.Actor.Ref(), Says: "from the folder again: " + in.Reason, Folder: now.Folder}
	err = k.enterTeam(ctx, now.Number, t, prentice.Note{Kind: "team.released", Actor: c.Actor.Ref(), Refs: []prentice.Ref{prentice.NewRef("repository", now.Repository)}, Data: map[string]any{
		"from": now.Commit, "folder": now.Folder, "reason": in.Reason, "behind": c.Actor.Behind}})
	if errors.Is(err, errTeamMeanwhile) {
		err = prentice.Errorf(prentice.Conflict, "another commit came into force at the same moment").Try("ask again")
	}
	if err == nil {
		err = k.Team.Follow(ctx)
	}
	if err != nil {
		return TeamNow{}, err
	}
	return k.teamShow(ctx, c, struct{}{})
}
