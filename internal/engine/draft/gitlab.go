package draft

import (
	"fmt"
	"slices"
	"strings"

	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

// gitlabWords are keys at the top that are no jobs.
var gitlabWords = []string{"default", "image", "services", "stages", "variables", "before_script", "after_script", "cache", "include", "workflow", "spec", "pages"}

// service says whether a value holds a variable that GitLab sets.
func service(s string) bool { return strings.Contains(s, "$CI_") || strings.Contains(s, "${CI_") }

// gitlab drafts the jobs of .gitlab-ci.yml.
func (w *flow) gitlab(top *strict.Node) {
	for _, key := range []string{"include", "workflow", "services"} {
		if n := at(top, key); n != nil {
			w.unknown(n, "%s", key)
		}
	}
	pairs(top, func(id, job *strict.Node) {
		if slices.Contains(gitlabWords, id.Value) || strings.HasPrefix(id.Value, ".") {
			return
		}
		if !isMapping(job) {
			w.unknown(id, "%q is no job", clip.Text(id.Value))
			return
		}
		w.gitlabJob(top, id, job)
	})
	w.needed()
}

func (w *flow) gitlabJob(top, id, job *strict.Node) {
	p := plan{file: w.file, line: id.Line, summary: fmt.Sprintf("The job %s of %s passes", clip.To(id.Value, 60), w.file)}
	if n := at(job, "trigger"); n != nil {
		w.unknown(n, "the job %s starts another pipeline", clip.Text(id.Value))
		return
	}
	p.needs = gitlabNeeds(at(job, "needs"))
	for _, key := range []string{"extends", "parallel", "services", "rules", "only", "except", "when", "environment", "after_script", "allow_failure"} {
		if n := at(job, key); n != nil {
			w.without(&p, n, "%s of the job %s", key, clip.Text(id.Value))
		}
	}
	var sets []string
	for _, of := range []*strict.Node{top, job} {
		w.variables(&p, at(of, "variables"), &sets, service)
	}
	image := first(at(job, "image"), at(at(top, "default"), "image"), at(top, "image"))
	if isMapping(image) {
		image = at(image, "name")
	}
	if image != nil {
		w.image(&p, image, image)
	}
	if t := at(job, "timeout"); isText(t) && gitlabTime.MatchString(t.Value) {
		p.timeout = strings.ReplaceAll(t.Value, " ", "")
	}
	w.gitlabReports(&p, at(at(job, "artifacts"), "reports"))
	before := first(at(job, "before_script"), at(at(top, "default"), "before_script"), at(top, "before_script"))
	lines := append(words(before), words(at(job, "script"))...)
	w.script(&p, id, at(job, "script"), sets, lines, service)
	p.name = w.named(id.Value)
	w.ids[id.Value] = p.name
	w.plans = append(w.plans, p)
}

func first(list ...*strict.Node) *strict.Node {
	for _, n := range list {
		if n != nil {
			return n
		}
	}
	return nil
}

func gitlabNeeds(n *strict.Node) (names []string) {
	if !isList(n) {
		return nil
	}
	for _, m := range n.Content {
		if job := at(m, "job"); job != nil {
			m = job
		}
		names = append(names, words(m)...)
	}
	return names
}

func (w *flow) gitlabReports(p *plan, n *strict.Node) {
	if list := words(at(n, "junit")); len(list) == 1 {
		p.junit = list[0]
	}
	if c := at(at(n, "coverage_report"), "path"); isText(c) {
		p.cover = c.Value
	}
}

// script drafts lines of commands as one step: one that depends on the service, or that
// is no text, leaves out all of them.
func (w *flow) script(p *plan, id, n *strict.Node, sets, lines []string, foreign func(string) bool) {
	if n == nil || len(lines) == 0 {
		w.unknown(id, "the job %s has no script", clip.Text(id.Value))
		return
	}
	if at := slices.IndexFunc(lines, foreign); at >= 0 {
		w.without(p, n, "the script of %s: what the service sets is in %q", clip.Text(id.Value), clip.Text(lines[at]))
		return
	}
	if referenced(n) {
		w.without(p, n, "the script of %s, which refers to another one", clip.Text(id.Value))
		return
	}
	p.steps = append(p.steps, step{name: clip.To(id.Value, 60), shell: "sh", body: strings.Join(append(append([]string{}, sets...), lines...), "\n")})
}

func referenced(n *strict.Node) bool {
	return n.Tag == "!reference" || slices.ContainsFunc(n.Content, referenced)
}
