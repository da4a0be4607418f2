package analyse

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

var (
	workflowPaths = []string{".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitea/workflows/*.yml", ".gitea/workflows/*.yaml", ".forgejo/workflows/*.yml", ".forgejo/workflows/*.yaml"}
	actionPaths   = []string{"**/action.yml", "**/action.yaml"}
)

func workflows() []standard.Analyser {
	return []standard.Analyser{
		{Name: "workflow-keys", Paths: workflowPaths, Each: workflow(workflowKeys)},
		{Name: "workflow-needs", Paths: workflowPaths, Each: workflow(workflowNeeds)},
		{Name: "pinned-actions", Paths: append(append([]string{}, workflowPaths...), actionPaths...), Each: workflow(pinnedActions)},
		{Name: "workflow-images", Paths: workflowPaths, Each: workflow(workflowImages)},
		{Name: "script-injection", Paths: append(append([]string{}, workflowPaths...), actionPaths...), Each: workflow(scriptInjection)},
		{Name: "dangerous-triggers", Paths: workflowPaths, Each: workflow(dangerousTriggers)},
		{Name: "token-permissions", Paths: workflowPaths, Each: workflow(tokenPermissions)},
		{Name: "inherited-secrets", Paths: workflowPaths, Each: workflow(inheritedSecrets)},
		{Name: "workflow-timeout", Paths: workflowPaths, Each: workflow(workflowTimeout)},
		{Name: "kept-credentials", Paths: workflowPaths, Each: workflow(keptCredentials)},
	}
}

// flow is a workflow, or an action, as a document.
type flow struct {
	*standard.Text
	top  *yaml.Node
	list []check.Finding
}

func (f *flow) wrong(n *yaml.Node, format string, args ...any) {
	line := 1
	if n != nil {
		line = n.Line
	}
	f.list = append(f.list, f.At(line, fmt.Sprintf(format, args...)))
}

func workflow(look func(*flow)) func(*standard.Text) []check.Finding {
	return func(t *standard.Text) []check.Finding {
		docs := t.Nodes()
		if len(docs) == 0 || foreign(t.Path) {
			return nil
		}
		f := &flow{Text: t, top: standard.Real(docs[0])}
		look(f)
		return f.list
	}
}

// jobs goes over the jobs.
func (f *flow) jobs(each func(name string, job *yaml.Node)) {
	standard.Pairs(standard.Get(f.top, "jobs"), func(key, job *yaml.Node) { each(key.Value, job) })
}

// steps goes over the steps of all jobs, or of an action.
func (f *flow) steps(each func(step *yaml.Node)) {
	f.jobs(func(_ string, job *yaml.Node) {
		for _, s := range standard.Members(standard.Get(job, "steps")) {
			each(s)
		}
	})
	for _, s := range standard.Members(standard.Get(standard.Get(f.top, "runs"), "steps")) {
		each(s)
	}
}

var (
	topKeys  = words("name run-name on true permissions env defaults concurrency jobs")
	jobKeys  = words("name permissions needs if runs-on environment concurrency outputs env defaults steps timeout-minutes strategy continue-on-error container services uses with secrets")
	stepKeys = words("id if name uses run working-directory shell with env continue-on-error timeout-minutes")
)

func words(list string) []string { return strings.Fields(list) }

func workflowKeys(f *flow) {
	if standard.Get(f.top, "on") == nil && standard.Get(f.top, "true") == nil {
		f.wrong(f.top, "it says nothing of when it runs: it has no on")
	}
	if jobs := standard.Get(f.top, "jobs"); jobs == nil || len(jobs.Content) == 0 {
		f.wrong(f.top, "it has no jobs")
	}
	f.keys(f.top, "workflow", topKeys)
	f.jobs(func(name string, job *yaml.Node) {
		f.keys(job, "job", jobKeys)
		calls := standard.Get(job, "uses") != nil
		if !calls && standard.Get(job, "runs-on") == nil {
			f.wrong(job, "job %s has no runs-on", standard.Shown(name))
		}
		if !calls && len(standard.Members(standard.Get(job, "steps"))) == 0 {
			f.wrong(job, "job %s has no steps", standard.Shown(name))
		}
	})
	f.steps(func(step *yaml.Node) {
		f.keys(step, "step", stepKeys)
		uses, run := standard.Get(step, "uses") != nil, standard.Get(step, "run") != nil
		if uses == run {
			f.wrong(step, "a step has either uses or run")
		}
	})
}

func (f *flow) keys(n *yaml.Node, what string, known []string) {
	standard.Pairs(n, func(key, _ *yaml.Node) {
		for _, k := range known {
			if key.Value == k {
				return
			}
		}
		f.wrong(key, "a %s has no key %q", what, standard.Shown(key.Value))
	})
}

func workflowNeeds(f *flow) {
	names := map[string]bool{}
	f.jobs(func(name string, _ *yaml.Node) { names[name] = true })
	f.jobs(func(name string, job *yaml.Node) {
		for _, need := range standard.Members(standard.Get(job, "needs")) {
			if w := standard.Word(need); w != "" && !names[w] {
				f.wrong(need, "job %s needs %q, which is no job here", standard.Shown(name), standard.Shown(w))
			} else if w == name {
				f.wrong(need, "job %s needs itself", standard.Shown(name))
			}
		}
	})
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

func pinnedActions(f *flow) {
	look := func(n *yaml.Node) {
		uses := standard.Get(n, "uses")
		w := standard.Word(uses)
		if w == "" || strings.HasPrefix(w, "./") || strings.HasPrefix(w, "../") {
			return
		}
		if image, is := strings.CutPrefix(w, "docker://"); is {
			if !strings.Contains(image, "@sha256:") {
				f.wrong(uses, "the image %s may be another tomorrow: it is named by a tag", standard.Shown(image))
			}
			return
		}
		if _, at, _ := strings.Cut(w, "@"); !commitID.MatchString(at) {
			f.wrong(uses, "the action %s may be another tomorrow: it is not named by a commit", standard.Shown(w))
		}
	}
	f.steps(look)
	f.jobs(func(_ string, job *yaml.Node) { look(job) })
}

func workflowImages(f *flow) {
	f.jobs(func(_ string, job *yaml.Node) {
		look := func(n *yaml.Node) {
			image := standard.Get(n, "image")
			if image == nil {
				image = n
			}
			if w := standard.Word(image); w != "" && !strings.Contains(w, "${{") && unpinned(w) {
				f.wrong(image, "the image %s may be another tomorrow: it has no tag, or latest", standard.Shown(w))
			}
		}
		look(standard.Get(job, "container"))
		standard.Pairs(standard.Get(job, "services"), func(_, service *yaml.Node) { look(service) })
	})
}

// unpinned says whether an image's name has neither a digest nor a tag of a version.
func unpinned(image string) bool {
	if strings.Contains(image, "@sha256:") {
		return false
	}
	_, tag, found := strings.Cut(image[strings.LastIndex(image, "/")+1:], ":")
	return !found || tag == "latest"
}

// untrusted is what strangers write, as an expression names it
// (https://docs.github.com/en/actions/reference/security/secure-use).
var untrusted = regexp.MustCompile(`\$\{\{[^}]*\b(github\.event\.(issue\.(title|body)|pull_request\.(title|body|head\.(ref|label|repo\.(default_branch|description|homepage)))|comment\.body|review\.body|review_comment\.body|pages\b[^}]*page_name|commits\b[^}]*(message|author\.(email|name))|head_commit\.(message|author\.(email|name))|discussion\.(title|body)|workflow_run\.(head_branch|display_title|head_commit\.message|pull_requests\b[^}]*ref))|github\.head_ref)\b[^}]*\}\}`)

func scriptInjection(f *flow) {
	look := func(n *yaml.Node) {
		if n == nil {
			return
		}
		if m := untrusted.FindString(n.Value); m != "" {
			line := n.Line + strings.Count(n.Value[:strings.Index(n.Value, m)], "\n")
			if n.Style == yaml.LiteralStyle || n.Style == yaml.FoldedStyle {
				line++
			}
			f.list = append(f.list, f.At(line, "a stranger writes "+standard.Shown(m)+", and the shell runs what stands there"))
		}
	}
	f.steps(func(step *yaml.Node) {
		look(standard.Get(step, "run"))
		if strings.HasPrefix(standard.Word(standard.Get(step, "uses")), "actions/github-script@") {
			look(standard.Get(standard.Get(step, "with"), "script"))
		}
	})
}

// on are the triggers by name.
func (f *flow) on() map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	n := standard.Get(f.top, "on")
	if n == nil {
		n = standard.Get(f.top, "true")
	}
	if n != nil && n.Kind == yaml.MappingNode {
		standard.Pairs(n, func(key, _ *yaml.Node) { all[key.Value] = key })
		return all
	}
	for _, m := range standard.Members(n) {
		all[standard.Word(m)] = m
	}
	return all
}

var headRef = regexp.MustCompile(`github\.event\.pull_request\.head\.(sha|ref)|github\.head_ref|refs/pull/|github\.event\.workflow_run\.head_(sha|branch)|github\.event\.number`)

func dangerousTriggers(f *flow) {
	on := f.on()
	for _, name := range []string{"pull_request_target", "workflow_run", "issue_comment"} {
		if on[name] == nil {
			continue
		}
		f.steps(func(step *yaml.Node) {
			if !strings.HasPrefix(standard.Word(standard.Get(step, "uses")), "actions/checkout@") {
				return
			}
			if ref := standard.Get(standard.Get(step, "with"), "ref"); headRef.MatchString(standard.Word(ref)) {
				f.wrong(ref, "%s has the secrets of the repository, and this checks out what a stranger wrote", name)
			}
		})
	}
}

func tokenPermissions(f *flow) {
	top := standard.Get(f.top, "permissions")
	all := func(n *yaml.Node) {
		if standard.Word(n) == "write-all" {
			f.wrong(n, "the token may change everything")
		}
	}
	all(top)
	f.jobs(func(name string, job *yaml.Node) {
		own := standard.Get(job, "permissions")
		all(own)
		if top == nil && own == nil {
			f.wrong(job, "job %s does not say what its token may do: it may be everything", standard.Shown(name))
		}
	})
}

func inheritedSecrets(f *flow) {
	f.jobs(func(name string, job *yaml.Node) {
		if s := standard.Get(job, "secrets"); standard.Word(s) == "inherit" {
			f.wrong(s, "job %s hands on all secrets, needed or not", standard.Shown(name))
		}
	})
}

func workflowTimeout(f *flow) {
	f.jobs(func(name string, job *yaml.Node) {
		if standard.Get(job, "uses") == nil && standard.Get(job, "timeout-minutes") == nil {
			f.wrong(job, "job %s may go on for six hours: it has no timeout-minutes", standard.Shown(name))
		}
	})
}

func keptCredentials(f *flow) {
	uploads := false
	f.steps(func(step *yaml.Node) {
		uploads = uploads || strings.HasPrefix(standard.Word(standard.Get(step, "uses")), "actions/upload-artifact@")
	})
	if !uploads {
		return
	}
	f.steps(func(step *yaml.Node) {
		uses := standard.Get(step, "uses")
		if strings.HasPrefix(standard.Word(uses), "actions/checkout@") && standard.Word(standard.Get(standard.Get(step, "with"), "persist-credentials")) != "false" {
			f.wrong(uses, "the token stays in .git, and this workflow uploads files: write persist-credentials: false")
		}
	})
}
