package draft

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// provided are actions that put a program or the repository there: both are there in a
// check already, or it says that they are not.
var provided = []string{"actions/checkout", "actions/setup-", "actions/cache", "dtolnay/rust-toolchain", "actions-rs/toolchain", "ruby/setup-ruby"}

func expression(s string) bool { return strings.Contains(s, "${{") }

// github drafts the jobs of a workflow of GitHub, Gitea or Forgejo.
func (w *flow) github(top *strict.Node) {
	jobs := at(top, "jobs")
	if !isMapping(jobs) {
		w.unknown(top, "it has no jobs")
		return
	}
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(w.file), ".yml"), ".yaml")
	many := len(jobs.Content) > 2
	pairs(jobs, func(id, job *strict.Node) {
		wish := base
		if many {
			wish = base + "-" + id.Value
		}
		w.githubJob(top, id, job, wish)
	})
	w.needed()
}

func (w *flow) githubJob(top, id, job *strict.Node, wish string) {
	p := plan{file: w.file, line: id.Line, summary: fmt.Sprintf("The job %s of %s passes", clip.To(id.Value, 60), clip.To(w.file, 100)), needs: words(at(job, "needs"))}
	if used := at(job, "uses"); used != nil {
		w.unknown(used, "the job %s is a workflow of its own, %s", clip.Text(id.Value), clip.Text(used.Value))
		return
	}
	if on := strings.ToLower(strings.Join(words(at(job, "runs-on")), " ")); strings.Contains(on, "windows") || strings.Contains(on, "macos") {
		w.unknown(at(job, "runs-on"), "the job %s runs on %s", clip.Text(id.Value), clip.Text(on))
		return
	}
	if cond := at(job, "if"); cond != nil {
		w.without(&p, cond, "the condition of the job %s: %s", clip.Text(id.Value), clip.Text(cond.Value))
	}
	w.githubPlace(&p, id, job)
	var sets []string
	for _, of := range []*strict.Node{top, job} {
		w.variables(&p, at(of, "env"), &sets, expression)
	}
	dir := at(at(at(job, "defaults"), "run"), "working-directory")
	if dir == nil {
		dir = at(at(at(top, "defaults"), "run"), "working-directory")
	}
	steps := at(job, "steps")
	if !isList(steps) {
		w.unknown(id, "the job %s has no steps", clip.Text(id.Value))
		return
	}
	for _, s := range steps.Content {
		w.githubStep(&p, s, sets, dir)
	}
	p.name = w.named(wish)
	w.ids[id.Value] = p.name
	w.plans = append(w.plans, p)
}

// githubPlace reads where a job runs, and for how long.
func (w *flow) githubPlace(p *plan, id, job *strict.Node) {
	pairs(job, func(k, v *strict.Node) {
		switch k.Value {
		case "strategy":
			if m := at(v, "matrix"); m != nil {
				w.without(p, k, "the matrix of the job %s: a check is run once", clip.Text(id.Value))
			}
		case "services":
			w.githubServices(p, id, job)
		case "container":
			image := v
			if isMapping(v) {
				image = at(v, "image")
			}
			w.image(p, k, image)
		case "timeout-minutes":
			if n, err := strconv.Atoi(v.Value); err == nil && n > 0 && n <= 360 {
				p.timeout = fmt.Sprintf("%dm", n)
			}
		case "secrets", "environment":
			w.without(p, k, "%s of the job %s", k.Value, clip.Text(id.Value))
		}
	})
}

func (w *flow) image(p *plan, k, image *strict.Node) {
	if isText(image) && pipeline.IsImage(image.Value) {
		p.image = image.Value
		return
	}
	w.without(p, k, "the image, which only the service knows")
}

func (w *flow) githubStep(p *plan, n *strict.Node, sets []string, dir *strict.Node) {
	run, name := at(n, "run"), at(n, "name")
	if used := at(n, "uses"); used != nil || run == nil {
		w.githubUses(p, n, used)
		return
	}
	s := step{name: firstLine(run.Value), shell: "bash"}
	if isText(name) && !expression(name.Value) && strings.TrimSpace(name.Value) != "" {
		s.name = clip.To(name.Value, 60)
	}
	if why := githubOdd(n, run); why != "" {
		w.without(p, n, "the step %q, which %s", clip.Text(s.name), why)
		return
	}
	if sh := at(n, "shell"); sh != nil && sh.Value == "sh" {
		s.shell = "sh"
	}
	own := append([]string{}, sets...)
	w.variables(p, at(n, "env"), &own, expression)
	if at(n, "working-directory") != nil {
		dir = at(n, "working-directory")
	}
	if dir != nil {
		own = append(own, "cd "+shellQuoted(dir.Value))
	}
	s.body = strings.Join(append(own, run.Value), "\n")
	p.steps = append(p.steps, s)
}

// githubOdd is why a step cannot be drafted as it is.
func githubOdd(n, run *strict.Node) string {
	sh, dir := at(n, "shell"), at(n, "working-directory")
	switch {
	case !isText(run) || strings.TrimSpace(run.Value) == "":
		return "has no commands"
	case at(n, "if") != nil:
		return "has a condition: " + clip.Text(at(n, "if").Value)
	case expression(run.Value):
		return "holds an expression: " + clip.Text("${{"+strings.SplitN(run.Value, "${{", 2)[1])
	case sh != nil && sh.Value != "bash" && sh.Value != "sh":
		return "is of the shell " + clip.Text(sh.Value)
	case dir != nil && expression(dir.Value):
		return "runs in a folder that only the service knows"
	case at(n, "continue-on-error") != nil:
		return "may fail"
	case strings.Contains(run.Value, "GITHUB_OUTPUT") || strings.Contains(run.Value, "GITHUB_ENV") || strings.Contains(run.Value, "GITHUB_PATH"):
		return "hands something on to later steps"
	}
	return ""
}

func (w *flow) githubUses(p *plan, n, used *strict.Node) {
	if !isText(used) {
		w.without(p, n, "a step that runs nothing")
		return
	}
	for _, name := range provided {
		if strings.HasPrefix(used.Value, name) {
			return
		}
	}
	w.without(p, used, "the action %s", clip.Text(used.Value))
}
