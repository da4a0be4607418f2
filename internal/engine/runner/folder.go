package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/capture"
)

// folderVariable is where a script finds the private folder of its run on its target.
// It is made for the first script that names it, and removed when the run ends.
const folderVariable = "PRENTICE_RUN_FOLDER"

const (
	inFolder      = "file:" // begins the place of a value that is read from a file there
	folderTime    = 20 * time.Second
	foldersAtOnce = 16
)

// needsFolder says whether a step uses the folder.
func needsFolder(s prentice.PlannedStep) bool {
	if slices.ContainsFunc(s.Libs, func(l prentice.Lib) bool { return strings.Contains(l.Text, folderVariable) }) {
		return true
	}
	return strings.Contains(s.Body, folderVariable) || s.Done != nil && needsFolder(*s.Done) || slices.ContainsFunc(s.Out, func(c prentice.Capture) bool { return strings.HasPrefix(c.From, inFolder) })
}

// folderBase is where the folders of runs are, on this machine and on others. No other
// user of a host can go there.
const folderBase = `umask 077; base="${PRENTICE_STATE:-$HOME}/.prentice"; `

// folderName names the folder of a run on a target.
func (r *Runner) folderName(d *detail, target prentice.Target) string {
	words := fmt.Sprintf("%s %d %d %s", r.Install, d.Number, d.Created.UnixMicro(), target.Ref)
	return "run-" + strings.TrimPrefix(prentice.Digest([]byte(words)), "sha256:")[:24]
}

// withFolder gives a step the run's folder, if it uses one. Of a step that may be under
// way already the folder is there. A look that is retried waits for a host that does not answer.
func (r *Runner) withFolder(ctx context.Context, d *detail, w *prentice.Work, found bool) error {
	if !needsFolder(w.Step) {
		return nil
	}
	path, err := r.folder(ctx, d, w.Step, w.Target)
	for n := 1; err != nil && !found && w.Step.Risk == prentice.Look && n <= w.Step.Retry.Times && !final(err); n++ {
		if stopped := r.restBetween(ctx, w.Step.Retry.Rest(n)); stopped != nil {
			return stopped
		}
		path, err = r.folder(ctx, d, w.Step, w.Target)
	}
	if err != nil {
		if found {
			return nil
		}
		return err
	}
	w.Env = append(slices.Clone(w.Env), folderVariable+"="+path)
	return nil
}

// folder makes the run's folder on a target, and says where it is. What a crash left of
// other runs long ago goes with it.
func (r *Runner) folder(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target) (string, error) {
	made, err := r.aside(ctx, d, step, target, "", folderBase+fmt.Sprintf(`mkdir -p "$base"; find "$base" -maxdepth 1 -name 'run-????????????????????????' -mtime +30 -exec rm -rf {} + 2>/dev/null || true
f="$base/%s"; test -d "$f" || mkdir "$f"; test ! -L "$f"; chmod 700 "$f"; printf '%%s\n' "$f"`, r.folderName(d, target)))
	if err != nil {
		return "", fmt.Errorf("make the run's folder: %w", err)
	}
	path, _ := made.Last()
	if !strings.HasPrefix(path, "/") {
		return "", prentice.Errorf(prentice.Refused, "the run's folder cannot be made on %s: it said %q", orHere(target.Ref), path).Try("make its home a folder that can be written")
	}
	return path, nil
}

// files are the files of the run's folder that a step's values are read from, by place.
func (r *Runner) files(ctx context.Context, d *detail, w prentice.Work) (map[string]string, error) {
	files := map[string]string{}
	for _, c := range w.Step.Out {
		name, is := strings.CutPrefix(c.From, inFolder)
		if _, read := files[c.From]; !is || read {
			continue
		}
		out, err := r.aside(ctx, d, w.Step, w.Target, w.Step.Attrs["sudo"], folderBase+fmt.Sprintf(`head -c %d <"$base/%s/%s"`, capture.MaxJSON+1, r.folderName(d, w.Target), name))
		if prentice.KindOf(err) == prentice.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[c.From], _ = out.All()
	}
	return files, nil
}

// aside runs a few lines of ours where a step is made, as a look. Lines that end with
// an exit code are NotFound.
func (r *Runner) aside(ctx context.Context, d *detail, step prentice.PlannedStep, target prentice.Target, sudo, lines string) (*capture.Printed, error) {
	ctx, cancel := context.WithTimeout(ctx, folderTime)
	defer cancel()
	printed := &capture.Printed{Aside: ours}
	look := prentice.PlannedStep{ID: "run-folder", Section: step.Section, Kind: step.Kind, Risk: prentice.Look, Where: step.Where, Body: lines + "\n", Attrs: map[string]string{}}
	if sudo == "true" {
		look.Attrs["sudo"] = sudo
		look.Body = strings.Replace(look.Body, "$HOME", `$(getent passwd "$SUDO_USER" | cut -d: -f6)`, 1)
	}
	out, err := r.kinds[step.Kind].Apply(ctx, prentice.Work{Run: d.Ref(), Nonce: r.nonce(d), Plan: &d.ThePlan, Step: look, Target: target, Env: slices.Clone(r.Env), Log: printed})
	if err == nil && !out.OK {
		err = prentice.Errorf(prentice.NotFound, "%s", out.Says)
	}
	return printed, err
}

// clearFolders removes the folders of a run. It says, for people, where that could not
// be done.
func (r *Runner) clearFolders(ctx context.Context, d *detail) string {
	list := r.foldersOf(d)
	if len(list) == 0 {
		return ""
	}
	if r.Stopped() {
		return fmt.Sprintf("; everything is stopped, so that its folder on %s stays", orHere(list[0].target.Ref))
	}
	says, turn := make([]string, len(list)), make(chan struct{}, foldersAtOnce)
	var all sync.WaitGroup
	for i, f := range list {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			if _, err := r.aside(context.WithoutCancel(ctx), d, f.step, f.target, f.sudo, folderBase+fmt.Sprintf(`rm -rf "$base/%s"`, r.folderName(d, f.target))); err != nil {
				says[i] = fmt.Sprintf("; its folder on %s could not be removed: %v", orHere(f.target.Ref), err)
			}
		})
	}
	all.Wait()
	return strings.Join(says, "")
}

// folderOn is a folder of a run, with a step by which it can be reached.
type folderOn struct {
	step   prentice.PlannedStep
	target prentice.Target
	sudo   string
}

// foldersOf are the folders that a run may have: where a step was meant that uses one.
func (r *Runner) foldersOf(d *detail) (list []folderOn) {
	sudo := ""
	for _, s := range d.ThePlan.Steps {
		if s.Where == "target" && s.Attrs["sudo"] == "true" {
			sudo = "true"
		}
	}
	seen := map[prentice.Ref]bool{}
	for _, step := range d.ThePlan.Steps {
		if !needsFolder(step) || r.kinds[step.Kind] == nil {
			continue
		}
		for _, t := range where(step, d.ThePlan) {
			if seen[t.Ref] || !slices.ContainsFunc(d.Steps, func(s run.StepRecord) bool { return s.Step == step.ID && s.Target == t.Ref && s.State != run.Held }) {
				continue
			}
			seen[t.Ref] = true
			f := folderOn{step: step, target: t}
			if step.Where == "target" {
				f.sudo = sudo
			}
			list = append(list, f)
		}
	}
	return list
}
